//! Streams for pages without a server: complete but for numbers that the page fills in, and where in their bytes these are.

use std::collections::BTreeMap;

use re_log_encoding::EncodingOptions;
use rerun::external::re_log_types::LogMsg;
use rerun::{Boxes3D, Color, LineStrips3D, Radius};
use serde::Serialize;

use super::blocks::BLOCKS;
use super::blueprint::{self, Room, Theme};
use super::chunks::StoreWriter;
use super::load::Loaded;
use super::look::{self, Changes, Distance, nothing};
use super::sink::{encode_message, header};
use super::{StreamError, arcs, ground};
use crate::city::{ArcKind, City, POINTS_OF_HALF};

/// The time from which ids count in a template. No other number of a stream looks like it.
const SENTINEL_NANOS: u64 = 0x1123_3547_596b_7d01;
/// Arcs that templates have room for: the least that holds them is taken, and what is left is filled with copies.
pub const ARC_ROOMS: [usize; 3] = [16, 128, 1000];

/// A stream with gaps, not compressed.
#[derive(Debug, Serialize)]
pub struct Template {
    /// A complete stream but for its end, which viewers do not need.
    #[serde(skip)]
    pub bytes: Vec<u8>,
    /// Where ids are.
    pub ids: Ids,
    /// Offset and length in bytes of each array of `f32`, or of colours as `u32`, by the name of what it holds.
    pub slots: BTreeMap<&'static str, Vec<(usize, usize)>>,
}

/// Offsets of 64-bit times in ids, each followed by how much later than the stream's first it is.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ids {
    /// Little-endian.
    pub little: Vec<usize>,
    /// Big-endian.
    pub big: Vec<usize>,
    /// Sixteen hexadecimal digits in capital letters.
    pub hex: Vec<usize>,
}

/// The numbers of a template in the making: the same in each slot but one.
#[derive(Clone, Copy)]
struct Fill(Option<&'static str>);

impl Fill {
    fn bits(self, slot: &str) -> u32 {
        if self.0 == Some(slot) { 0x5555_5555 } else { 0x2a2a_2a2a }
    }

    /// Both are ordinary numbers.
    fn number(self, slot: &str) -> f32 {
        f32::from_bits(self.bits(slot))
    }

    fn point(self, slot: &str) -> glam::Vec3 {
        glam::Vec3::splat(self.number(slot))
    }

    fn color(self, slot: &str) -> Color {
        Color::from_u32(self.bits(slot))
    }
}

impl Template {
    /// A slot is where the bytes differ when its numbers do.
    fn new(
        slots: &[&'static str],
        make: impl Fn(Fill) -> Result<Vec<LogMsg>, StreamError>,
    ) -> Result<Self, StreamError> {
        let messages = make(Fill(None))?;
        let bytes = encode(&messages)?;
        let found = slots.iter().map(|&slot| Ok((slot, differences(&bytes, &encode(&make(Fill(Some(slot)))?)?))));
        let slots = found.collect::<Result<_, StreamError>>()?;
        let ids = ids(&bytes, messages.len() as u64);
        Ok(Self { bytes, ids, slots })
    }
}

/// Without compression, which would leave no place to write to, and without the footer, which lists ids.
fn encode(messages: &[LogMsg]) -> Result<Vec<u8>, StreamError> {
    let options = EncodingOptions::PROTOBUF_UNCOMPRESSED;
    let mut bytes = header(options)?;
    for message in messages {
        bytes.extend(encode_message(message, options.compression)?.bytes);
    }
    Ok(bytes)
}

fn differences(one: &[u8], other: &[u8]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in one.iter().zip(other).enumerate().filter(|(_, (one, other))| one != other) {
        match runs.last_mut() {
            Some((start, length)) if *start + *length == at => *length += 1,
            _ => runs.push((at, 1)),
        }
    }
    runs
}

/// One id a message, in several places.
fn ids(bytes: &[u8], messages: u64) -> Ids {
    let mut ids = Ids::default();
    // All share their highest bytes, so that few places have to be looked at closely.
    let (high, hex_high) = (SENTINEL_NANOS.to_be_bytes(), format!("{SENTINEL_NANOS:016X}"));
    for at in 0..bytes.len() {
        let rest = &bytes[at..];
        let eight = || rest.first_chunk::<8>().copied();
        let later = |nanos: u64| nanos.checked_sub(SENTINEL_NANOS).filter(|&later| later <= messages);
        if rest.starts_with(&high[..6]) {
            ids.big.extend(
                eight().and_then(|it| later(u64::from_be_bytes(it))).into_iter().flat_map(|it| [at, it as usize]),
            );
        } else if rest.get(2..8).is_some_and(|part| part.iter().eq(high[..6].iter().rev())) {
            ids.little.extend(
                eight().and_then(|it| later(u64::from_le_bytes(it))).into_iter().flat_map(|it| [at, it as usize]),
            );
        } else if rest.starts_with(&hex_high.as_bytes()[..12]) {
            let digits = rest.get(..16).and_then(|digits| std::str::from_utf8(digits).ok());
            let nanos = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
            ids.hex.extend(nanos.and_then(later).into_iter().flat_map(|it| [at, it as usize]));
        }
    }
    ids
}

/// Every template of a city but the ground of its looks, by name.
///
/// # Errors
/// When Rerun refuses a chunk, which no input should cause.
pub fn templates(loaded: &Loaded, city: &City) -> Result<Vec<(String, Template)>, StreamError> {
    let mut templates =
        vec![("boxes".to_owned(), boxes(loaded)?), ("colors".to_owned(), colors(loaded)?), ("eye".to_owned(), eye()?)];
    for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        let repaint = |_| Ok(blueprint::repaint_messages(&loaded.store, theme, SENTINEL_NANOS)?);
        templates.push((format!("repaint-{name}"), Template::new(&[], repaint)?));
        for (room, size) in Room::ALL {
            let first = Template::new(&[], |_| {
                let mut messages = blueprint::theme_messages(loaded, theme, room, SENTINEL_NANOS)?;
                if !loaded.blocks.is_empty() {
                    // Ids go on where the others end: they may not be the same.
                    messages.extend(look::from_afar(loaded, SENTINEL_NANOS + messages.len() as u64)?);
                }
                Ok(messages)
            });
            templates.push((format!("theme-{name}-{size}"), first?));
        }
    }
    if !loaded.blocks.is_empty() {
        let changes = Changes { layout: false, boxes: false, colors: false, arcs: false };
        let far = |_| look::look(loaded, city, |_| true, Distance::Far, changes, Room::Wide, SENTINEL_NANOS);
        templates.push(("far".to_owned(), Template::new(&[], far)?));
    }
    let drawn = ArcKind::DRAWN.map(arcs::entity);
    for entity in drawn.iter().map(String::as_str).chain([arcs::SELECTED]) {
        let name = entity.trim_start_matches("/imports/");
        templates.push((format!("arcs-{name}-0"), no_arcs(loaded, entity)?));
        for room in ARC_ROOMS {
            templates.push((format!("arcs-{name}-{room}"), some_arcs(loaded, entity, room)?));
        }
    }
    Ok(templates)
}

/// What another layout changes of plates and names, which a page with so much room takes as it is.
///
/// # Errors
/// When Rerun refuses a chunk, which no input should cause.
pub fn ground_template(loaded: &Loaded, city: &City, room: Room) -> Result<Template, StreamError> {
    Template::new(&[], |_| {
        let mut writer = StoreWriter::addition(loaded.store.clone(), SENTINEL_NANOS);
        ground::log_layout(&mut writer, &loaded.analysis, city, room)?;
        Ok(writer.finish())
    })
}

/// A row for each batch, in their order.
fn of_batches(loaded: &Loaded, boxes: impl Fn(usize) -> Boxes3D) -> Result<StoreWriter, StreamError> {
    let mut writer = StoreWriter::addition(loaded.store.clone(), SENTINEL_NANOS);
    for (entity, instances) in &loaded.batches {
        writer.log(entity, &boxes(instances.len()))?;
    }
    Ok(writer)
}

fn boxes(loaded: &Loaded) -> Result<Template, StreamError> {
    Template::new(&["centers", "half_sizes"], |fill| {
        let mut writer =
            of_batches(loaded, |count| {
                Boxes3D::update_fields()
                    .with_centers(vec![fill.point("centers"); count])
                    .with_half_sizes(vec![fill.point("half_sizes"); count])
            })?;
        if !loaded.blocks.is_empty() {
            writer.log(BLOCKS, &nothing())?;
        }
        Ok(writer.finish())
    })
}

fn colors(loaded: &Loaded) -> Result<Template, StreamError> {
    Template::new(&["colors"], |fill| {
        let of = |count| Boxes3D::update_fields().with_colors(vec![fill.color("colors"); count]);
        Ok(of_batches(loaded, of)?.finish())
    })
}

fn eye() -> Result<Template, StreamError> {
    Template::new(&["eye", "target"], |fill| {
        Ok(blueprint::eye_messages((fill.point("eye"), fill.point("target")), SENTINEL_NANOS)?)
    })
}

fn no_arcs(loaded: &Loaded, entity: &str) -> Result<Template, StreamError> {
    Template::new(&[], |_| {
        let mut writer = StoreWriter::addition(loaded.store.clone(), SENTINEL_NANOS);
        writer.log(entity, &LineStrips3D::clear_fields())?;
        Ok(writer.finish())
    })
}

/// Two strips an arc.
fn some_arcs(loaded: &Loaded, entity: &str, room: usize) -> Result<Template, StreamError> {
    Template::new(&["points", "colors", "radii"], |fill| {
        let strip = vec![fill.point("points"); POINTS_OF_HALF];
        let strips = LineStrips3D::new(vec![strip; 2 * room])
            .with_colors(vec![fill.color("colors"); 2 * room])
            .with_radii(vec![Radius(fill.number("radii").into()); 2 * room]);
        let mut writer = StoreWriter::addition(loaded.store.clone(), SENTINEL_NANOS);
        writer.log(entity, &strips)?;
        Ok(writer.finish())
    })
}
