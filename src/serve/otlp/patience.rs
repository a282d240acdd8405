//! A connection that ends when its peer is silent for too long.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// Fails a read that has waited for too long; the time counts from the last bytes that came or went.
pub struct Patient {
    stream: TcpStream,
    silence: Duration,
    end: Pin<Box<Sleep>>,
    is_owed: Arc<AtomicBool>,
}

impl Patient {
    /// A connection whose peer may be silent for so long.
    pub fn new(stream: TcpStream, silence: Duration) -> Self {
        Self { stream, silence, end: Box::pin(sleep(silence)), is_owed: Arc::default() }
    }

    /// Whether the peer has begun to say something to which nothing was answered yet, also when the connection is another's.
    pub fn is_owed(&self) -> Arc<AtomicBool> {
        self.is_owed.clone()
    }

    fn answered(&mut self) {
        self.rest();
        self.is_owed.store(false, Ordering::Relaxed);
    }

    fn rest(&mut self) {
        self.end.as_mut().reset(Instant::now() + self.silence);
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Ready(read) => {
                self.rest();
                self.is_owed.store(true, Ordering::Relaxed);
                Poll::Ready(read)
            }
            Poll::Pending => self.end.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
        }
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        if written.is_ready() {
            self.answered();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        if written.is_ready() {
            self.answered();
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
