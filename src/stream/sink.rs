//! Messages become the bytes of a recording, or go to a running viewer.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rayon::prelude::*;
use re_log_encoding::{
    Compression, CrateVersion, Encodable, EncodingOptions, MessageHeader, MessageKind, RrdFooter, RrdManifestBuilder,
    StreamFooter, StreamHeader, ToTransport,
};
use re_sorbet::ChunkBatch;
use re_span::Span;
use rerun::StoreId;
use rerun::external::arrow::datatypes::Schema;
use rerun::external::re_log_types::LogMsg;
use rerun::external::re_uri::ProxyUri;
use rerun::sink::{GrpcSink, GrpcSinkConnectionState, LogSink};

use super::StreamError;

/// How long a running viewer may take to accept a recording.
const VIEWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Writes a complete recording with its footer.
///
/// Rerun's own encoder goes through the messages one by one and lists the stores of the footer in random order; here
/// messages are compressed on all cores and the same messages give the same bytes.
///
/// # Errors
/// What the writer says, such as a full disk or a closed pipe.
pub fn encode(messages: &[LogMsg], mut writer: impl Write) -> Result<(), StreamError> {
    let mut encoder = Encoder::begin(&mut writer)?;
    encoder.append(messages, &mut writer)?;
    encoder.finish(&mut writer)?;
    Ok(writer.flush()?)
}

/// A recording that is written part by part.
pub(super) struct Encoder {
    /// Bytes that were written.
    pub bytes: u64,
    manifests: BTreeMap<StoreId, RrdManifestBuilder>,
}

impl Encoder {
    /// Writes what every recording begins with.
    pub fn begin(writer: &mut impl Write) -> Result<Self, StreamError> {
        let header = header(EncodingOptions::PROTOBUF_COMPRESSED)?;
        writer.write_all(&header)?;
        Ok(Self { bytes: header.len() as u64, manifests: BTreeMap::new() })
    }

    /// Writes messages, compressed on all cores.
    pub fn append(&mut self, messages: &[LogMsg], writer: &mut impl Write) -> Result<(), StreamError> {
        let compression = EncodingOptions::PROTOBUF_COMPRESSED.compression;
        let encoded: Result<Vec<_>, StreamError> =
            messages.par_iter().map(|message| encode_message(message, compression)).collect();
        for Encoded { bytes, uncompressed_size, chunk } in encoded? {
            if let Some((store, batch)) = chunk {
                let start = self.bytes + MessageHeader::ENCODED_SIZE_BYTES as u64;
                let span = Span::from_start_len(start, bytes.len() as u64 - MessageHeader::ENCODED_SIZE_BYTES as u64);
                self.manifests.entry(store).or_default().append(&batch, span, uncompressed_size)?;
            }
            writer.write_all(&bytes)?;
            self.bytes += bytes.len() as u64;
        }
        Ok(())
    }

    /// Writes where each chunk is.
    pub fn finish(self, writer: &mut impl Write) -> Result<(), StreamError> {
        Ok(writer.write_all(&footer(self.manifests, self.bytes)?)?)
    }
}

/// What every stream begins with.
pub(super) fn header(options: EncodingOptions) -> Result<Vec<u8>, StreamError> {
    let mut header = Vec::new();
    StreamHeader { fourcc: re_log_encoding::rrd::RRD_FOURCC, version: CrateVersion::LOCAL.to_bytes(), options }
        .to_rrd_bytes(&mut header)?;
    Ok(header)
}

pub(super) struct Encoded {
    pub bytes: Vec<u8>,
    uncompressed_size: u64,
    /// What the footer lists.
    chunk: Option<(StoreId, ChunkBatch)>,
}

pub(super) fn encode_message(message: &LogMsg, compression: Compression) -> Result<Encoded, StreamError> {
    let transport = message.to_transport(compression)?;
    let mut bytes = Vec::new();
    transport.to_rrd_bytes(&mut bytes)?;
    let chunk = match message {
        LogMsg::ArrowMsg(store, arrow) => Some((store.clone(), ChunkBatch::try_from(&arrow.batch).map_err(Box::new)?)),
        _ => None,
    };
    Ok(Encoded { bytes, uncompressed_size: transport.byte_size_uncompressed(), chunk })
}

/// The end of the stream: where each chunk is, by store.
fn footer(manifests: BTreeMap<StoreId, RrdManifestBuilder>, offset: u64) -> Result<Vec<u8>, StreamError> {
    let mut footer = RrdFooter::default().to_transport(())?;
    for (store, manifest) in manifests {
        let mut manifest = manifest.build(store)?;
        // Built from a hash map: in any order.
        let mut fields = manifest.sorbet_schema.fields().to_vec();
        fields.sort();
        manifest.sorbet_schema = Schema::new(fields);
        footer.manifests.push(manifest.to_transport(())?);
    }
    let mut payload = Vec::new();
    footer.to_rrd_bytes(&mut payload)?;
    let mut bytes = Vec::new();
    MessageHeader { kind: MessageKind::End, len: payload.len() as u64 }.to_rrd_bytes(&mut bytes)?;
    let payload_offset = offset + bytes.len() as u64;
    let end = StreamFooter::from_rrd_footer_bytes(payload_offset, &payload);
    bytes.append(&mut payload);
    end.to_rrd_bytes(&mut bytes)?;
    Ok(bytes)
}

/// A complete recording as bytes.
///
/// # Errors
/// When a message cannot be encoded.
pub fn to_bytes(messages: &[LogMsg]) -> Result<Vec<u8>, StreamError> {
    let mut bytes = Vec::new();
    encode(messages, &mut bytes)?;
    Ok(bytes)
}

/// Reads the address of a viewer, so that a mistake in it is known before any work is done.
///
/// # Errors
/// When the address is malformed.
pub fn check_url(url: &str) -> Result<ProxyUri, StreamError> {
    url.parse().map_err(|error| StreamError::Url { url: url.to_owned(), reason: format!("{error}") })
}

/// Sends a recording to a running viewer or server at a `rerun+http://…/proxy` address.
///
/// # Errors
/// When the address is malformed, nothing answers there, or the viewer goes away before it has everything.
pub fn send(messages: &[LogMsg], url: &str) -> Result<(), StreamError> {
    let uri = check_url(url)?;
    let viewer_error = |reason: String| StreamError::Viewer { url: url.to_owned(), reason };
    reachable(&uri).map_err(|error| viewer_error(error.to_string()))?;
    let steps = deliver(uri.clone(), messages.to_vec()).map_err(|error| viewer_error(error.to_string()))?;
    loop {
        match steps.recv_timeout(VIEWER_TIMEOUT) {
            Ok(Step::Queued) => {}
            Ok(Step::Failed(reason)) => return Err(viewer_error(reason)),
            // The client does not say whether its last bytes arrived; a viewer that is gone did not show them.
            Ok(Step::Ended) => return reachable(&uri).map_err(|error| viewer_error(format!("it went away: {error}"))),
            Err(_) => return Err(viewer_error("it does not take the recording, and may be no viewer".to_owned())),
        }
    }
}

/// How far a thread that delivers has come.
enum Step {
    Queued,
    Failed(String),
    Ended,
}

/// Delivers on a thread of its own, which may be left behind: where a viewer does not read, the client waits for ever.
fn deliver(uri: ProxyUri, messages: Vec<LogMsg>) -> io::Result<mpsc::Receiver<Step>> {
    let (steps, receiver) = mpsc::channel();
    let work = move || {
        // Nobody listens any more after a failure.
        let say = |step| drop(steps.send(step));
        let sink = GrpcSink::new(uri);
        for message in messages {
            sink.send(message);
            say(Step::Queued);
        }
        let flushed = sink.flush_blocking(VIEWER_TIMEOUT).map_err(|error| error.to_string());
        let failure = flushed.err().or_else(|| match sink.status() {
            GrpcSinkConnectionState::Connected => None,
            state => Some(format!("the connection ended early ({state:?})")),
        });
        // Sent before the sink is dropped, which waits once more.
        if let Some(reason) = failure {
            say(Step::Failed(reason));
        }
        drop(sink);
        say(Step::Ended);
    };
    thread::Builder::new().name("viewer".to_owned()).spawn(work)?;
    Ok(receiver)
}

/// The client would retry for ever where nobody listens: ask first.
fn reachable(uri: &ProxyUri) -> io::Result<()> {
    let address = (uri.origin.host.to_string(), uri.origin.port);
    let mut last = io::Error::other("the host name has no address");
    for address in std::net::ToSocketAddrs::to_socket_addrs(&(address.0.trim_matches(['[', ']']), address.1))? {
        match std::net::TcpStream::connect_timeout(&address, VIEWER_TIMEOUT) {
            Ok(_) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(last)
}
