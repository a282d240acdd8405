//! OTLP over gRPC and HTTP. Knows no records: whole messages go to `telemetry::otlp`.
//!
//! Either port speaks both protocols, so that a sender which takes one for the other is understood. Everything that a sender can
//! make grow has a bound: connections, headers, bytes of messages in flight, what a message comes to when it is inflated, and time.

mod answer;
mod connections;
mod gate;
mod grpc;
mod http;
mod patience;
mod refusal;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use super::{STOP_GRACE, Stopper, WORKER_THREADS};
use crate::telemetry::Telemetry;
use crate::telemetry::otlp::Intake;
use connections::Door;
use gate::Gate;

/// Connections to both ports together; a program usually has one.
const MAX_CONNECTIONS: usize = 256;

/// Where OTLP is received.
#[derive(Clone, Copy, Debug)]
pub struct OtlpOptions {
    /// The address to listen at; whoever reaches it can send.
    pub bind: IpAddr,
    /// 0 takes a free one.
    pub grpc_port: u16,
    /// 0 takes a free one.
    pub http_port: u16,
    /// The memory of the program, of which messages in flight may take a share.
    pub memory_bytes: u64,
    /// How long a sender may pause within a message.
    pub pause: Duration,
}

impl Default for OtlpOptions {
    /// As the specification has them, on 127.0.0.1.
    fn default() -> Self {
        Self {
            bind: Ipv4Addr::LOCALHOST.into(),
            grpc_port: 4317,
            http_port: 4318,
            memory_bytes: 1 << 30,
            pause: Duration::from_secs(10),
        }
    }
}

/// Why OTLP cannot be received.
#[derive(Debug, thiserror::Error)]
pub enum OtlpError {
    /// Another program listens there, such as a collector.
    #[error("port {port} is in use, perhaps by a collector: choose another with {option}, or 0 for a free one")]
    PortInUse {
        /// The port asked for.
        port: u16,
        /// The option that chooses it.
        option: &'static str,
    },
    /// The system does not let this program listen.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The receiver failed while it ran.
    #[error("the OTLP receiver stopped: {0}")]
    Run(#[from] io::Error),
}

/// Two ports that are taken, and wait for where to put what comes.
#[derive(Debug)]
pub struct OtlpServer {
    grpc: TcpListener,
    http: TcpListener,
    addresses: [SocketAddr; 2],
    memory_bytes: u64,
    pause: Duration,
    stop: watch::Sender<bool>,
}

impl OtlpServer {
    /// Takes the ports, so that one in use is known before any work is done.
    pub fn bind(options: &OtlpOptions) -> Result<Self, OtlpError> {
        let (grpc, grpc_address) = listen(options.bind, options.grpc_port, "--otlp-grpc-port")?;
        let (http, http_address) = listen(options.bind, options.http_port, "--otlp-http-port")?;
        let (addresses, stop) = ([grpc_address, http_address], watch::Sender::new(false));
        let OtlpOptions { memory_bytes, pause, .. } = *options;
        Ok(Self { grpc, http, addresses, memory_bytes, pause, stop })
    }

    /// Where gRPC is received.
    pub fn grpc_address(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// Where HTTP is received.
    pub fn http_address(&self) -> SocketAddr {
        self.addresses[1]
    }

    /// A handle that ends [`OtlpServer::run`] from another thread.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.stop.clone())
    }

    /// Receives until stopped.
    pub fn run(self, telemetry: Arc<Telemetry>) -> Result<(), OtlpError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKER_THREADS)
            .thread_name("repolis-otlp")
            .enable_all()
            .build()?;
        let result = runtime.block_on(self.serve(telemetry));
        runtime.shutdown_background();
        Ok(result?)
    }

    /// Receives on a thread of its own until what is returned is stopped or dropped.
    pub fn start(self, telemetry: Arc<Telemetry>) -> Result<Receiving, OtlpError> {
        let stopper = self.stopper();
        let thread = std::thread::Builder::new().name("repolis-otlp".to_owned());
        let thread = thread.spawn(move || self.run(telemetry))?;
        Ok(Receiving { stopper, thread: Some(thread) })
    }

    async fn serve(self, telemetry: Arc<Telemetry>) -> io::Result<()> {
        let stop = self.stop;
        let gate = Arc::new(Gate::new(Intake::new(telemetry, self.memory_bytes), self.memory_bytes, self.pause));
        let router = http::router(gate.clone());
        let seats = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let door = |listener: TcpListener, refusal| {
            listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let (gate, router, seats) = (gate.clone(), router.clone(), seats.clone());
            Ok::<_, io::Error>(Door { listener, gate, router, seats, refusal, stop: stop.subscribe() })
        };
        let (grpc, http) = (door(self.grpc, connections::GO_AWAY)?, door(self.http, connections::UNAVAILABLE)?);
        tokio::join!(grpc.attend(), http.attend());
        // Each connection holds a receiver until its last request is answered.
        let _ = tokio::time::timeout(STOP_GRACE, stop.closed()).await;
        Ok(())
    }
}

/// A receiver that runs.
#[derive(Debug)]
pub struct Receiving {
    stopper: Stopper,
    thread: Option<JoinHandle<Result<(), OtlpError>>>,
}

impl Receiving {
    /// A handle that asks it to stop.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Answers what has come and stops.
    pub fn stop(mut self) -> Result<(), OtlpError> {
        self.join()
    }

    fn join(&mut self) -> Result<(), OtlpError> {
        self.stopper.stop();
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(io::Error::other("its thread panicked").into()),
            None => Ok(()),
        }
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        // Whoever wants to know calls `stop`.
        let _ = self.join();
    }
}

fn listen(bind: IpAddr, port: u16, option: &'static str) -> Result<(TcpListener, SocketAddr), OtlpError> {
    let address = SocketAddr::new(bind, port);
    let listener = TcpListener::bind(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => OtlpError::PortInUse { port, option },
        _ => OtlpError::Listen { address, source },
    })?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
