//! Takes connections, as many as there are seats. What is said over them is not known here.

use std::collections::VecDeque;
use std::error::Error;
use std::io::{self, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::gate::Gate;
use super::patience::Patient;
use crate::serve::stopped;

/// After what time a system that gives no connection is asked again: it has no more file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);
/// How long a connection may be silent, between requests too. Peers that are there answer a ping of HTTP/2 before.
const SILENCE: Duration = Duration::from_secs(60);
const PING: Duration = Duration::from_secs(20);
/// How many times the pause that a message may make a header may take, and the silence before it.
const HEADER_PAUSES: u32 = 3;
const MAX_HEADER_BYTES: usize = 16 << 10;
/// Messages that one connection may send at the same time.
const MAX_STREAMS: u32 = 64;
/// How many connections without a seat are left open after they are told so, and how long each may take to listen.
const MAX_REFUSED: usize = 64;
const REFUSING: Duration = Duration::from_secs(2);

const NO_SEAT: &str = "connection beyond the 256 that are taken at a time";
const NO_HTTP: &str = "connection that is no HTTP";
const HALF_HEADER: &str = "header that stalled half-way";

/// What HTTP/1 says to a connection without a seat.
pub const UNAVAILABLE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
/// What HTTP/2 says: GOAWAY with `ENHANCE_YOUR_CALM` before any stream. Without the SETTINGS that come first by its book, as a sender
/// to whom they came takes the connection for a good one: gRPC then connects again at once, hundreds of times, and gives up.
pub const GO_AWAY: &[u8] = &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11];

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
    fn serve(&self, stream: TcpStream, seat: OwnedSemaphorePermit) -> impl Future<Output = ()> + use<> {
        // Without it an answer waits for the acknowledgement of what was sent before; it works as well.
        let _ = stream.set_nodelay(true);
        let served = serve(
            stream,
            builder(self.gate.pause() * HEADER_PAUSES),
            self.router.clone(),
            self.gate.clone(),
            self.stop.clone(),
        );
        async {
            served.await;
            drop(seat);
        }
    }

    /// Takes connections until stopped.
    pub async fn attend(self) {
        let mut refused = VecDeque::new();
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
                Ok(seat) => drop(tokio::spawn(self.serve(stream, seat))),
                Err(_) => {
                    self.gate.count_as(NO_SEAT);
                    refuse(stream, self.refusal, &mut refused);
                }
            }
        }
    }
}

async fn serve(
    stream: TcpStream,
    builder: auto::Builder<TokioExecutor>,
    router: Router,
    gate: Arc<Gate>,
    stop: watch::Receiver<bool>,
) {
    let stream = Patient::new(stream, SILENCE);
    let is_owed = stream.is_owed();
    let mut connection =
        std::pin::pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // Whoever has an answer outstanding has been told or is gone. What never became a request is known only here.
    if let Err(error) = ended
        && let Some(reason) = complaint(&*error, is_owed.load(Ordering::Relaxed))
    {
        gate.count_as(reason);
    }
}

/// Why a connection ended before there was a request, unless that is its sender's matter.
fn complaint(error: &(dyn Error + 'static), is_owed: bool) -> Option<&'static str> {
    let is_timeout = match error.downcast_ref::<hyper::Error>() {
        Some(error) if error.is_parse() || is_no_http2(error) => return Some(NO_HTTP),
        Some(error) => error.is_timeout(),
        None => error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut),
    };
    (is_timeout && is_owed).then_some(HALF_HEADER)
}

/// Whether it was this side that found the other's HTTP/2 to be none.
fn is_no_http2(error: &hyper::Error) -> bool {
    error.source().and_then(|error| error.downcast_ref::<h2::Error>()).is_some_and(h2::Error::is_library)
}

fn builder(header: Duration) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(header).max_buf_size(MAX_HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_BYTES as u32);
    builder
}

/// Says that there is no seat. The connection stays open for a while, the first of too many is closed.
fn refuse(stream: TcpStream, refusal: &[u8], refused: &mut VecDeque<AbortHandle>) {
    // One that is gone need not be told.
    let Ok(stream) = say(stream, refusal) else { return };
    refused.retain(|connection| !connection.is_finished());
    if refused.len() >= MAX_REFUSED
        && let Some(first) = refused.pop_front()
    {
        first.abort();
    }
    refused.push_back(tokio::spawn(listen(stream)).abort_handle());
}

/// Says the last that there is to say. Nothing was said before, so that the system takes it at once.
fn say(stream: TcpStream, last: &[u8]) -> io::Result<TcpStream> {
    let mut stream = stream.into_std()?;
    stream.write_all(last)?;
    stream.shutdown(Shutdown::Write)?;
    TcpStream::from_std(stream)
}

/// Reads on for a while: a system that closes on unread bytes takes back what was said.
async fn listen(mut stream: TcpStream) {
    let mut unread = [0; 1024];
    let listen = async { while matches!(stream.read(&mut unread).await, Ok(1..)) {} };
    // One that does not end is left.
    let _ = timeout(REFUSING, listen).await;
}
