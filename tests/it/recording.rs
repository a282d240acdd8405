//! A recording read back with Rerun's own reader.

use std::collections::BTreeMap;
use std::io::Cursor;

use re_log_encoding::{CrateVersion, DecoderApp, Encoder, EncodingOptions};
use rerun::external::arrow::array::{Array, ArrayRef, AsArray};
use rerun::external::arrow::datatypes::{ArrowPrimitiveType, UInt32Type};
use rerun::external::re_log_types::LogMsg;
use rerun::log::Chunk;
use rerun::{StoreId, StoreKind};

/// Entities of one store, each with the components of its only row.
pub type Entities = BTreeMap<String, Entity>;

/// Components of an entity by name.
#[derive(Default)]
pub struct Entity(pub BTreeMap<String, ArrayRef>);

pub struct Recording {
    pub store: StoreId,
    pub entities: Entities,
    pub blueprint: Entities,
    /// Stores whose layout is activated.
    pub activated: Vec<StoreId>,
    /// Stores that the footer lists.
    pub in_footer: Vec<StoreId>,
    messages: Vec<LogMsg>,
}

impl Recording {
    /// Reads a recording in which every row is static and an entity has one value a component.
    pub fn read(bytes: &[u8]) -> Self {
        let mut decoder = DecoderApp::decode_lazy(Cursor::new(bytes));
        let messages: Vec<_> = decoder.by_ref().map(Result::unwrap).collect();
        let in_footer = decoder.rrd_manifests().unwrap().into_iter().map(|manifest| manifest.store_id).collect();
        let mut stores = Vec::new();
        let (mut entities, mut blueprint, mut activated) = (Entities::new(), Entities::new(), Vec::new());
        for message in &messages {
            match message {
                LogMsg::SetStoreInfo(info) => stores.push(info.info.store_id.clone()),
                LogMsg::BlueprintActivationCommand(command) => activated.push(command.blueprint_id.clone()),
                LogMsg::ArrowMsg(store, message) => {
                    let chunk = Chunk::from_arrow_msg(message).unwrap();
                    let is_recording = store.kind() == StoreKind::Recording;
                    assert_eq!(chunk.is_static(), is_recording, "{}", chunk.entity_path());
                    add(if is_recording { &mut entities } else { &mut blueprint }, &chunk);
                }
            }
        }
        let mut recordings = stores.into_iter().filter(|store| store.kind() == StoreKind::Recording);
        let store = recordings.next().expect("a recording among the stores");
        assert!(recordings.next().is_none(), "one recording in a file");
        Self { store, entities, blueprint, activated, in_footer, messages }
    }

    pub fn entity(&self, path: &str) -> &Entity {
        self.entities.get(path).unwrap_or_else(|| panic!("no entity {path}"))
    }

    /// Entities at or below `path`.
    pub fn below<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a str, &'a Entity)> {
        let inside = move |entity: &str| entity.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        self.entities.iter().filter(move |(entity, _)| inside(entity)).map(|(entity, all)| (entity.as_str(), all))
    }

    /// Whether a text stands anywhere in it, compression aside.
    pub fn contains(&self, text: &str) -> bool {
        let options = EncodingOptions::PROTOBUF_UNCOMPRESSED;
        let messages = self.messages.iter().cloned().map(Ok);
        let mut bytes = Vec::new();
        Encoder::encode_into(CrateVersion::LOCAL, options, messages, &mut bytes).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }
}

fn add(entities: &mut Entities, chunk: &Chunk) {
    let entity = entities.entry(chunk.entity_path().to_string()).or_default();
    for name in chunk.components_identifiers() {
        let list = chunk.components().get_array(name).unwrap();
        assert_eq!(list.len(), 1, "rows of {} {name}", chunk.entity_path());
        assert!(entity.0.insert(name.to_string(), list.value(0)).is_none(), "{name} is logged twice");
    }
}

impl Entity {
    pub fn get(&self, name: &str) -> &ArrayRef {
        self.0.get(name).unwrap_or_else(|| panic!("no component {name} among {:?}", self.0.keys()))
    }

    pub fn texts(&self, name: &str) -> Vec<&str> {
        let values = self.get(name).as_string::<i32>();
        (0..values.len()).map(|row| values.value(row)).collect()
    }

    pub fn numbers(&self, name: &str) -> Vec<u32> {
        self.primitives::<UInt32Type>(name).to_vec()
    }

    pub fn primitives<T: ArrowPrimitiveType>(&self, name: &str) -> &[T::Native] {
        self.get(name).as_primitive::<T>().values()
    }

    /// The length that all columns have.
    #[track_caller]
    pub fn rows(&self) -> usize {
        let mut lengths = self.0.values().map(|values| values.len());
        let rows = lengths.next().expect("a table has columns");
        assert!(lengths.all(|length| length == rows), "columns of different lengths");
        rows
    }
}
