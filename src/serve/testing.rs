//! A server with a small city on a free port, and plain HTTP by hand, so that tests can lie in every header.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

use super::{ServeError, ServeOptions, Server, Stopper};
use crate::session::{
    Building, City, CitySource, Details, Dressed, Excerpt, Hit, ImportDetails, Kind, Lists, PageInfo, Screen, Session,
    View,
};

const TIMEOUT: Duration = Duration::from_secs(20);

struct SmallCity;

impl CitySource for SmallCity {
    fn details(&self, building: &Building) -> Option<Details> {
        (building.instance == 0).then(|| Details::new("src/main.rs", Kind::File))
    }

    fn meant(&self, _view: &View, clicked: Building) -> Building {
        clicked
    }

    fn shown_as(&self, _view: &View, building: &Building) -> Building {
        building.clone()
    }

    fn import(
        &self,
        _view: &View,
        _arc: &Building,
        _around: Option<&Building>,
        _cycle: Option<u64>,
    ) -> Option<ImportDetails> {
        None
    }

    fn building_of(&self, path: &str) -> Option<Building> {
        (path == "src/main.rs").then(|| Building { entity: "/city/src".to_owned(), instance: 0 })
    }

    fn selected_imports(&self, _view: &View, building: Option<&Building>) -> Option<Bytes> {
        building.map(|_| Bytes::from_static(b"arcs"))
    }

    fn look(&self, _: &View, _: Option<&View>, _: Option<&Building>, _: Option<u64>) -> Result<Dressed, String> {
        Err("this city has one look only".to_owned())
    }

    fn frame(&self, _view: &View, _building: Option<&Building>) -> Option<Bytes> {
        Some(Bytes::from_static(b"frame"))
    }

    fn cycle(&self, _view: &View, _number: u64) -> Option<(Building, Vec<Bytes>)> {
        None
    }

    fn search(&self, _view: &View, _text: &str) -> Vec<Hit> {
        Vec::new()
    }

    fn source(&self, path: &str, line: u32) -> Excerpt {
        Excerpt { path: path.to_owned(), line, ..Excerpt::default() }
    }

    fn lists(&self, _view: &View) -> Lists {
        Lists::default()
    }

    fn theme(&self, _screen: Screen) -> Option<Bytes> {
        None
    }

    fn repaint(&self, _is_light: bool) -> Option<Bytes> {
        None
    }
}

pub fn small_city(name: &str, recording: &[&'static str]) -> City {
    let info = PageInfo { name: name.to_owned(), recording_id: name.to_owned(), ..PageInfo::default() };
    let recording = recording.iter().map(|chunk| Bytes::from_static(chunk.as_bytes())).collect();
    City { info, recording, source: Box::new(SmallCity) }
}

pub struct Running {
    pub port: u16,
    pub token: String,
    pub session: Arc<Session>,
    stopper: Stopper,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

impl Running {
    pub fn start(options: &ServeOptions) -> Self {
        let session = Arc::new(Session::new(small_city("hamlet", &["first", "second"]), Vec::new()));
        let server = Server::bind(options).expect("a port is free");
        let token = server.url().split_once("?token=").expect("the address has a token").1.to_owned();
        let (port, stopper) = (server.port, server.stopper());
        let thread = Some(std::thread::spawn({
            let session = session.clone();
            move || server.run(session)
        }));
        Self { port, token, session, stopper, thread }
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends `GET` with exactly these header lines; the whole answer as text, the body as far as it is text.
    pub fn get(&self, path: &str, headers: &[&str]) -> String {
        let mut stream = self.connect();
        let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        write!(stream, "GET {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n").expect("the server reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the server answers");
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub fn get_own(&self, path: &str) -> String {
        self.get(path, &[&format!("Host: {}", self.host())])
    }

    /// Tries to open the socket, with these headers for `Host` and `Origin`: the status of a refusal.
    pub fn open(&self, host: &str, origin: Option<&str>, token: &str) -> Result<WebSocket<TcpStream>, u16> {
        let mut request = format!("ws://{host}/socket?token={token}").into_client_request().expect("a valid address");
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a header value"));
        }
        match tungstenite::client(request, self.connect()) {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) => {
                Err(response.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub fn open_own(&self) -> WebSocket<TcpStream> {
        let host = self.host();
        self.open(&host, Some(&format!("http://{host}")), &self.token).expect("our own page is admitted")
    }

    pub fn stop(&mut self) {
        self.stopper.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("no panic").expect("no error");
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout can be set");
        stream
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopper.stop();
    }
}

/// The next message: JSON as its type, an RRD stream's bytes as text, the end as its reason.
pub fn next(socket: &mut WebSocket<TcpStream>) -> String {
    match socket.read().expect("a message before the timeout") {
        Message::Text(text) => {
            let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            match json["bytes"].as_u64() {
                Some(bytes) => next_rrd(socket, bytes as usize),
                None => json["type"].as_str().expect("a type").to_owned(),
            }
        }
        Message::Close(Some(frame)) => frame.reason.to_string(),
        other => format!("{other:?}"),
    }
}

fn next_rrd(socket: &mut WebSocket<TcpStream>, bytes: usize) -> String {
    let mut rrd = Vec::new();
    while rrd.len() < bytes {
        match socket.read().expect("a part before the timeout") {
            Message::Binary(part) => rrd.extend_from_slice(&part),
            other => panic!("{other:?} among the parts of a stream"),
        }
    }
    String::from_utf8_lossy(&rrd).into_owned()
}
