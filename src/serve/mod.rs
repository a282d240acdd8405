//! One HTTP port on 127.0.0.1: the page, the viewer and one WebSocket to a session. Knows nothing of parsing.
//!
//! Whatever reveals the repository goes over the socket alone, and that asks for the token in the printed address.

mod assets;
mod guard;
mod otlp;
mod routes;
mod site;
mod socket;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod viewer;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::sync::watch;

use crate::session::Session;
use guard::Guard;
pub use otlp::{OtlpError, OtlpOptions, OtlpServer, Receiving};
pub use site::{File, MARKER, site};

/// How long transfers may go on after the server was asked to stop.
const STOP_GRACE: Duration = Duration::from_millis(500);
const WORKER_THREADS: usize = 2;

/// Where a page is served.
#[derive(Clone, Debug, Default)]
pub struct ServeOptions {
    /// 0 takes a free one.
    pub port: u16,
    /// The path under which a proxy shows the page, such as `/proxy/9000`; empty without one.
    pub base_url: String,
    /// Further values of `Host` and `Origin` to accept, such as `hub.example.org` or `localhost:8000`.
    pub allow_hosts: Vec<String>,
    /// The token of an earlier run, of 32 or more hexadecimal digits in lower case, so that pages that are still open find this
    /// one; a new one for `None`.
    pub token: Option<String>,
}

/// Why a page cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another program listens there.
    #[error("port {port} is in use: choose another with --port, or leave it out for a free one")]
    PortInUse {
        /// The port asked for.
        port: u16,
    },
    /// The system does not let this program listen.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The base URL is malformed.
    #[error("{0}: a base URL is a path such as /proxy/9000, of letters, digits and -._~/")]
    BaseUrl(String),
    /// An allowed host is malformed.
    #[error("{0}: an allowed host is a name, and a port if it has one: hub.example.org or localhost:8000")]
    AllowHost(String),
    /// A given token is weak.
    #[error("a token has 32 or more digits of 0-9 and a-f: leave it out for a new one")]
    Token,
    /// There is no token.
    #[error("the system gives no random bytes for the page's token: {0}")]
    Random(getrandom::Error),
    /// The server failed while it ran.
    #[error("the server stopped: {0}")]
    Run(#[from] io::Error),
}

/// A port that is taken, and waits for the session to show.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    port: u16,
    base_url: String,
    guard: Guard,
    stop: watch::Sender<bool>,
}

impl Server {
    /// Takes the port, so that one in use is known before any work is done.
    pub fn bind(options: &ServeOptions) -> Result<Self, ServeError> {
        let base_url = checked_base_url(&options.base_url)?;
        let (listener, port) = listen(options.port)?;
        let guard = Guard::new(port, &options.allow_hosts, options.token.as_deref())?;
        Ok(Self { listener, port, base_url, guard, stop: watch::Sender::new(false) })
    }

    /// The address to open, with the token.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}{}/?token={}", self.port, self.base_url, self.guard.token())
    }

    /// The port that was taken.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What a page needs to be let in.
    pub fn token(&self) -> &str {
        self.guard.token()
    }

    /// A handle that ends [`Server::run`] from another thread.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.stop.clone())
    }

    /// Serves until stopped.
    pub fn run(self, session: Arc<Session>) -> Result<(), ServeError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKER_THREADS)
            .thread_name("repolis-serve")
            .enable_all()
            .build()?;
        let result = runtime.block_on(self.serve(session));
        runtime.shutdown_background();
        result
    }

    async fn serve(self, session: Arc<Session>) -> Result<(), ServeError> {
        let stop = self.stop;
        let router = routes::router(&self.base_url, self.guard, session, stop.subscribe());
        self.listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(self.listener)?.tap_io(|stream| {
            // Without it a selection's details wait for the acknowledgement of what was sent before; it works as well.
            let _ = stream.set_nodelay(true);
        });
        let serving = axum::serve(listener, router).with_graceful_shutdown(stopped(stop.subscribe()));
        tokio::select! {
            result = serving => result?,
            () = async { stopped(stop.subscribe()).await; tokio::time::sleep(STOP_GRACE).await } => {}
        }
        // Each page holds a receiver until it has been told; one that does not listen is left behind.
        let _ = tokio::time::timeout(STOP_GRACE, stop.closed()).await;
        Ok(())
    }
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error means that every sender is gone, the server with them: stopped, too.
    let _ = stop.wait_for(|&stop| stop).await;
}

/// Ends a server; clones end the same one.
#[derive(Clone, Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// Asks the server to stop; at once if it is not running yet.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

fn listen(port: u16) -> Result<(TcpListener, u16), ServeError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortInUse { port },
        _ => ServeError::Listen { port, source },
    })?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

/// `/a/b` for `/a/b/`, `a/b` and the like; empty for `/`.
fn checked_base_url(base_url: &str) -> Result<String, ServeError> {
    let path = base_url.trim_matches('/');
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    if !path.chars().all(allowed) || path.split('/').any(|part| part == "." || part == "..") || path.contains("//") {
        return Err(ServeError::BaseUrl(base_url.to_owned()));
    }
    Ok(if path.is_empty() { String::new() } else { format!("/{path}") })
}
