//! The addresses of the server, and what every answer carries.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HOST, HeaderMap, HeaderName, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tokio::sync::{Semaphore, watch};

use super::guard::Guard;
use super::socket::Visitor;
use super::{assets, socket};
use crate::session::{Back, Room, Screen, Session};

/// A page sends short commands only.
const MAX_MESSAGE_BYTES: usize = 64 << 10;
const MAX_PAGES: usize = 32;

/// `connect-src 'self'` covers the socket and keeps the viewer's analytics at home. Frames are for notebooks.
const POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ";
/// Who may frame the page of an address with the token: our own origin, and notebooks.
const FRAMING: &str = "'self' http://127.0.0.1:* http://localhost:*";
/// Without the token nobody may.
const NO_FRAMING: &str = "'none'";

#[derive(Clone)]
struct Served {
    guard: Arc<Guard>,
    session: Arc<Session>,
    stop: watch::Receiver<bool>,
    seats: Arc<Semaphore>,
}

pub fn router(base_url: &str, guard: Guard, session: Arc<Session>, stop: watch::Receiver<bool>) -> Router {
    let served = Served { guard: Arc::new(guard), session, stop, seats: Arc::new(Semaphore::new(MAX_PAGES)) };
    let mut router = at(Router::new(), "");
    if !base_url.is_empty() {
        // Some proxies take their prefix off, some do not.
        router = at(router, base_url).route(base_url, get(add_slash));
    }
    router
        .fallback(async || (StatusCode::NOT_FOUND, "Nothing is here.\n"))
        .layer(middleware::from_fn_with_state(served.clone(), refuse_foreign_hosts))
        .layer(middleware::map_response(add_headers))
        .with_state(served)
}

fn at(router: Router<Served>, prefix: &str) -> Router<Served> {
    router
        .route(&format!("{prefix}/"), get(index))
        .route(&format!("{prefix}/assets/{{hash}}/{{name}}"), get(asset))
        .route(&format!("{prefix}/socket"), get(open_socket))
}

async fn index(State(served): State<Served>, uri: Uri) -> Response {
    let mut response = assets::index();
    let is_admitted = served.guard.admits_token(parameter(&uri, "token="));
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy(if is_admitted { FRAMING } else { NO_FRAMING }));
    response
}

/// Both parts are constants of ASCII, so that the value is one of a header; an empty one would allow nothing.
fn policy(framing: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("{POLICY}{framing}")).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

async fn asset(Path((hash, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    assets::asset(&hash, &name, &headers)
}

/// The page's own addresses are relative to a folder.
async fn add_slash(uri: Uri) -> Redirect {
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    Redirect::permanent(&format!("{}/{query}", uri.path()))
}

async fn open_socket(
    State(served): State<Served>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !single(&headers, ORIGIN).is_some_and(|origin| served.guard.admits_origin(origin)) {
        return (StatusCode::FORBIDDEN, "This page's origin may not open the socket.\n").into_response();
    }
    if !served.guard.admits_token(parameter(&uri, "token=")) {
        return (StatusCode::FORBIDDEN, "The token is missing or wrong: use the address that was printed.\n")
            .into_response();
    }
    let Ok(seat) = served.seats.try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "Too many pages look at this city: close some.\n").into_response();
    };
    let room = match parameter(&uri, "size=") {
        "small" => Room::Small,
        "narrow" => Room::Narrow,
        _ => Room::Wide,
    };
    let screen = Screen { is_light: parameter(&uri, "theme=") == "light", room };
    let visitor = Visitor { screen, back: back(&uri) };
    upgrade.max_message_size(MAX_MESSAGE_BYTES).max_frame_size(MAX_MESSAGE_BYTES).on_upgrade(async move |socket| {
        // Its own receiver stays until the goodbye is said: the server waits for that.
        socket::serve(socket, &served.session, visitor, served.stop.clone()).await;
        drop(seat);
    })
}

/// What a page says that was here before.
fn back(uri: &Uri) -> Option<Back> {
    (parameter(uri, "back=") == "1").then(|| Back {
        // A browser writes the comma as `%2C`.
        known: parameter(uri, "known=").replace("%2C", ",").split(',').map(str::to_owned).collect(),
        away: Duration::from_millis(parameter(uri, "away=").parse().unwrap_or(0)),
    })
}

/// A parameter of the address whose values need no decoding, such as the token, which is hexadecimal.
fn parameter<'a>(uri: &'a Uri, name_and_equals: &str) -> &'a str {
    let mut pairs = uri.query().unwrap_or("").split('&');
    pairs.find_map(|pair| pair.strip_prefix(name_and_equals)).unwrap_or("")
}

async fn refuse_foreign_hosts(State(served): State<Served>, request: Request, next: Next) -> Response {
    if single(request.headers(), HOST).is_some_and(|host| served.guard.admits_host(host)) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "This host is not served here: see --allow-host.\n").into_response()
    }
}

/// A header's value if it is there once; twice means that somebody plays tricks.
fn single(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

async fn add_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert_with(|| policy(NO_FRAMING));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_comes_back_says_what_it_shows() {
        let uri = |query: &str| format!("/socket?token=0{query}").parse::<Uri>().unwrap();
        // As `URLSearchParams` writes it.
        let page = back(&uri("&theme=dark&back=1&known=town-1%2Ctown-2&away=1500")).unwrap();
        assert_eq!(
            (page.known, page.away),
            (vec!["town-1".to_owned(), "town-2".to_owned()], Duration::from_millis(1500))
        );
        assert!(back(&uri("&theme=dark")).is_none());
    }
}
