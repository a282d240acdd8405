//! Takes connections, as many as there are seats. What is said over them is not known here.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::gate::Gate;
use super::patience::Patient;
use crate::serve::stopped;

/// After what time a system that gives no connection is asked again: it has no more file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);
/// How long a connection may be silent, between requests too. Peers that are there answer a ping of HTTP/2 before.
const SILENCE: Duration = Duration::from_secs(60);
const PING: Duration = Duration::from_secs(20);
const HEADERS: Duration = Duration::from_secs(30);
const MAX_HEADER_BYTES: usize = 16 << 10;
/// Messages that one connection may send at the same time.
const MAX_STREAMS: u32 = 64;
/// How many connections without a seat are told so at the same time, and how long each may take to listen.
const MAX_REFUSED: usize = 64;
const REFUSING: Duration = Duration::from_secs(2);

const NO_SEAT: &str = "connection beyond the 256 that are taken at a time";

/// What HTTP/1 says to a connection without a seat.
pub const UNAVAILABLE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
/// What HTTP/2 says: SETTINGS with none, and GOAWAY with `ENHANCE_YOUR_CALM` before any stream.
pub const GO_AWAY: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11];

/// A port, and what its connections lead to.
pub struct Door {
    pub listener: TcpListener,
    pub gate: Arc<Gate>,
    pub router: Router,
    pub seats: Arc<Semaphore>,
    /// What is said to a connection without a seat.
    pub refusal: &'static [u8],
    pub stop: watch::Receiver<bool>,
}

impl Door {
    /// Takes connections until stopped.
    pub async fn attend(self) {
        let refused = Arc::new(Semaphore::new(MAX_REFUSED));
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = stopped(self.stop.clone()) => return,
            };
            let Ok((stream, _)) = accepted else {
                sleep(ACCEPT_AGAIN).await;
                continue;
            };
            match self.seats.clone().try_acquire_owned() {
                Ok(seat) => drop(tokio::spawn(serve(stream, self.router.clone(), seat, self.stop.clone()))),
                Err(_) => {
                    self.gate.count_as(NO_SEAT);
                    if let Ok(room) = refused.clone().try_acquire_owned() {
                        tokio::spawn(refuse(stream, self.refusal, room));
                    }
                }
            }
        }
    }
}

async fn serve(stream: TcpStream, router: Router, seat: OwnedSemaphorePermit, stop: watch::Receiver<bool>) {
    // Without it an answer waits for the acknowledgement of what was sent before; it works as well.
    let _ = stream.set_nodelay(true);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(MAX_HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_BYTES as u32);
    let io = TokioIo::new(Patient::new(stream, SILENCE));
    let mut connection = std::pin::pin!(builder.serve_connection(io, TowerToHyperService::new(router)));
    // Why a connection ends is its sender's matter: whoever has an answer outstanding has been told or is gone.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stopped(stop) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
    drop(seat);
}

/// Says that there is no seat, and reads on for a while: a system that closes on unread bytes takes back what was said.
async fn refuse(mut stream: TcpStream, refusal: &'static [u8], room: OwnedSemaphorePermit) {
    let say = async {
        stream.write_all(refusal).await?;
        stream.shutdown().await?;
        let mut unread = [0; 1024];
        while stream.read(&mut unread).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    // One that does not listen is left.
    let _ = timeout(REFUSING, say).await;
    drop(room);
}
