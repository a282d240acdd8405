//! One page's socket: the whole city first, then what is added, and answers to what the page asks.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use bytes::Bytes;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::stopped;
use crate::session::{Back, FromPage, Note, Page, Part, Screen, Session, Subscription, ToPage};

/// A recording goes in parts, so that a page sees it come, and a slow one holds no copy of the whole.
const PART_BYTES: usize = 1 << 20;
/// A page that does not take a part in so long has gone, or is asleep and can load again.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);

/// The page is no longer there to be told anything.
struct Gone;

/// Who connects.
pub struct Visitor {
    /// What it says of itself.
    pub screen: Screen,
    /// What it says if it was here before.
    pub back: Option<Back>,
}

/// Serves a page until it leaves, falls behind, or the server stops.
pub async fn serve(mut socket: WebSocket, session: &Session, visitor: Visitor, stop: watch::Receiver<bool>) {
    let goodbye = tokio::select! {
        ended = converse(&mut socket, session, visitor) => ended.unwrap_or(None),
        () = stopped(stop) => Some((close_code::AWAY, "Repolis was stopped.")),
    };
    if let Some((code, reason)) = goodbye {
        // It may have left in the meantime: then there is nobody to tell.
        let _ =
            send(&mut socket, Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }))).await;
    }
}

type Goodbye = Option<(u16, &'static str)>;

const BEHIND: Goodbye = Some((close_code::AGAIN, "This page fell too far behind."));

async fn converse(socket: &mut WebSocket, session: &Session, visitor: Visitor) -> Result<Goodbye, Gone> {
    let Subscription { missed, mut receiver } = session.tail.subscribe();
    let mut page = session.join(visitor.screen);
    let (hello, parts) = tokio::task::block_in_place(|| page.opening(visitor.back.as_ref()));
    open(socket, &hello, parts, missed).await?;
    // One that comes back has done what it heard, and its user may have done otherwise since.
    for wish in page.wishes(visitor.back.map(|back| back.away)) {
        send_json(socket, &wish).await?;
    }
    loop {
        tokio::select! {
            added = receiver.recv() => match added {
                Ok(chunk) => send_part(socket, chunk.into()).await?,
                Err(RecvError::Lagged(_)) => return Ok(BEHIND),
                Err(RecvError::Closed) => return Ok(None),
            },
            note = page.next() => match note {
                Note::Say(message) => send_json(socket, &message).await?,
                Note::Replaced => {
                    let (message, parts) = tokio::task::block_in_place(|| page.change());
                    open(socket, &message, parts, Vec::new()).await?;
                }
                Note::Ran { recording, moment } => {
                    let streams = tokio::task::block_in_place(|| page.draw(&recording, &moment));
                    for rrd in streams {
                        send_part(socket, rrd.into()).await?;
                    }
                }
                Note::Behind => return Ok(BEHIND),
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => answer(socket, &mut page, &text).await?,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Binary(_))) => return Ok(Some((close_code::UNSUPPORTED, "Commands are text."))),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
            },
        }
    }
}

async fn open(socket: &mut WebSocket, hello: &ToPage, parts: Vec<Part>, missed: Vec<Bytes>) -> Result<(), Gone> {
    send_json(socket, hello).await?;
    for part in parts.into_iter().chain(missed.into_iter().map(Part::from)) {
        send_part(socket, part).await?;
    }
    send_json(socket, &ToPage::Ready).await
}

async fn answer(socket: &mut WebSocket, page: &mut Page<'_>, text: &str) -> Result<(), Gone> {
    let message: FromPage = match serde_json::from_str(text) {
        Ok(message) => message,
        Err(error) => {
            let message = format!("Repolis does not understand its page ({error}): load it again.");
            return send_json(socket, &ToPage::Error { message }).await;
        }
    };
    // A layout of a large city takes a while, and other pages are not to wait for it.
    let answer = tokio::task::block_in_place(|| page.answer(message));
    if let Some(message) = &answer.message {
        send_json(socket, message).await?;
    }
    for rrd in answer.rrd {
        send_part(socket, rrd.into()).await?;
    }
    Ok(())
}

async fn send_json(socket: &mut WebSocket, message: &ToPage) -> Result<(), Gone> {
    let Ok(json) = serde_json::to_string(message) else { return Err(Gone) };
    send(socket, Message::Text(json.into())).await
}

async fn send_part(socket: &mut WebSocket, part: Part) -> Result<(), Gone> {
    let Part { mut rrd, opens, ends } = part;
    send_json(socket, &ToPage::Rrd { bytes: rrd.len() as u64, opens, ends }).await?;
    while !rrd.is_empty() {
        let part = rrd.split_to(rrd.len().min(PART_BYTES));
        send(socket, Message::Binary(part)).await?;
    }
    Ok(())
}

/// Waits until the page has taken it, so that a slow one costs no more memory than what is sent.
async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Gone> {
    match tokio::time::timeout(SEND_TIMEOUT, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Gone),
    }
}
