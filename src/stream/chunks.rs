//! Chunks with ids that follow from their order, so that the same input gives the same bytes.

use rayon::prelude::*;
use rerun::external::arrow::array::ArrayRef;
use rerun::external::re_log_types::external::re_tuid::Tuid;
use rerun::external::re_log_types::{ArrowMsg, LogMsg, SetStoreInfo, StoreInfo, StoreSource, TimeInt};
use rerun::log::{Chunk, ChunkError, ChunkId, RowId};
use rerun::{
    AsComponents, ComponentDescriptor, ComponentIdentifier, SerializedComponentBatch, StoreId, TimePoint, Timeline,
};

use super::StreamError;

/// Ids count up from one second after the epoch: anything logged with a real clock is newer and wins over them.
const BASE_NANOS: u64 = 1_000_000_000;

/// Values of an entity's instances, or of a table's rows, under a name of our own.
///
/// # Errors
/// When the name is empty.
pub fn named_batch(name: &str, values: ArrayRef) -> Result<SerializedComponentBatch, StreamError> {
    let name = ComponentIdentifier::try_new(name).map_err(|_| StreamError::Nameless)?;
    Ok(SerializedComponentBatch::new(values, ComponentDescriptor::partial(name)))
}

/// A time in nanoseconds since the epoch, and what an entity is from then on.
pub type EventRow = (u64, Vec<SerializedComponentBatch>);

/// The timeline of what runs.
pub const EVENT_TIME: &str = "event_time";

fn event_time(nanos: u64) -> TimePoint {
    let nanos = TimeInt::new_temporal(i64::try_from(nanos).unwrap_or(i64::MAX));
    TimePoint::default().with(Timeline::new_timestamp(EVENT_TIME), nanos)
}

/// The messages of one store in the making.
pub struct StoreWriter {
    store: StoreId,
    next_id: u64,
    timepoint: TimePoint,
    messages: Vec<LogMsg>,
}

impl StoreWriter {
    /// A store whose rows are static unless `timepoint` says otherwise; its first message introduces it.
    pub fn new(store: StoreId, timepoint: TimePoint) -> Self {
        Self::starting_at(store, timepoint, BASE_NANOS)
    }

    /// Additions to a store that a viewer already has; they win over what was logged before `nanos_since_epoch`.
    pub fn addition(store: StoreId, nanos_since_epoch: u64) -> Self {
        Self::starting_at(store, TimePoint::default(), nanos_since_epoch)
    }

    /// A store whose ids count up from this time.
    pub fn starting_at(store: StoreId, timepoint: TimePoint, nanos: u64) -> Self {
        let info = StoreInfo::new(store.clone(), StoreSource::Other("repolis".to_owned()));
        let introduction = SetStoreInfo { row_id: Tuid::from_nanos_and_inc(nanos, 0), info };
        Self { store, next_id: nanos + 1, timepoint, messages: vec![LogMsg::SetStoreInfo(introduction)] }
    }

    /// Logs an archetype at an entity, one row.
    pub fn log(&mut self, entity: &str, archetype: &dyn AsComponents) -> Result<(), ChunkError> {
        self.log_batches(entity, archetype.as_serialized_batches())
    }

    /// Logs component batches at an entity, one row.
    pub fn log_batches(&mut self, entity: &str, batches: Vec<SerializedComponentBatch>) -> Result<(), ChunkError> {
        self.messages.push(self.message(self.next_id, entity, batches)?);
        self.next_id += 1;
        Ok(())
    }

    /// Logs rows of an entity as one chunk, each at its time in nanoseconds since the epoch.
    pub fn log_rows(&mut self, entity: &str, rows: Vec<EventRow>) -> Result<(), ChunkError> {
        let id = |nanos| Tuid::from_nanos_and_inc(nanos, 0);
        let mut chunk = Chunk::builder_with_id(ChunkId::from_tuid(id(self.next_id)), entity);
        for (nanos, batches) in rows {
            let cells = batches.into_iter().map(|batch| (batch.descriptor, batch.array));
            chunk = chunk.with_row(RowId::from_tuid(id(self.next_id)), event_time(nanos), cells);
            self.next_id += 1;
        }
        let message: ArrowMsg = chunk.build()?.to_arrow_msg()?;
        self.messages.push(LogMsg::ArrowMsg(self.store.clone(), message));
        Ok(())
    }

    /// Logs one row for each of `items`, in their order: the entity and the component batches that `row` makes of it, on all
    /// cores.
    pub fn log_each<T: Sync>(
        &mut self,
        items: &[T],
        row: impl Fn(&T) -> Result<(String, Vec<SerializedComponentBatch>), StreamError> + Sync,
    ) -> Result<(), StreamError> {
        let message = |(index, item)| {
            let (entity, batches) = row(item)?;
            Ok(self.message(self.next_id + index as u64, &entity, batches)?)
        };
        let messages: Result<Vec<_>, StreamError> = items.par_iter().enumerate().map(message).collect();
        self.messages.extend(messages?);
        self.next_id += items.len() as u64;
        Ok(())
    }

    fn message(&self, id: u64, entity: &str, batches: Vec<SerializedComponentBatch>) -> Result<LogMsg, ChunkError> {
        let id = Tuid::from_nanos_and_inc(id, 0);
        let chunk = Chunk::builder_with_id(ChunkId::from_tuid(id), entity)
            .with_serialized_batches(RowId::from_tuid(id), self.timepoint.clone(), batches)
            .build()?;
        let message: ArrowMsg = chunk.to_arrow_msg()?;
        Ok(LogMsg::ArrowMsg(self.store.clone(), message))
    }

    /// Everything logged, in order.
    pub fn finish(self) -> Vec<LogMsg> {
        self.messages
    }
}
