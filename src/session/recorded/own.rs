//! Metrics of the user's among those of the analysis.

use super::{RecordedCity, info};
use crate::metrics::{Column, Metric};
use crate::session::{MetricError, Offered, OwnMetric, OwnValues};

const MAX_NAME_CHARS: usize = 60;

impl RecordedCity {
    /// Takes a metric of the user's, or its new values.
    ///
    /// # Errors
    /// When its name is taken or unfit, or there are not as many values as files.
    pub(super) fn take_metric(&mut self, metric: &OwnMetric) -> Result<Offered, MetricError> {
        let name = &*metric.name;
        if name.trim().is_empty()
            || name.chars().count() > MAX_NAME_CHARS
            || name.contains(|c: char| c == ':' || c.is_control())
        {
            return Err(MetricError::Name(metric.name.clone()));
        }
        let known = self.loaded.analysis.metrics.iter().position(|known| &*known.name == name);
        if known.is_some() && !self.own.contains(name) {
            return Err(MetricError::Taken(metric.name.clone()));
        }
        let (values, unknown) = self.column(metric)?;
        let added = Metric {
            name: name.into(),
            unit: metric.unit.as_str().into(),
            description: metric.description.as_str().into(),
            values,
        };
        match known {
            Some(at) => self.loaded.analysis.metrics[at] = added,
            None => self.loaded.analysis.metrics.push(added),
        }
        self.own.insert(metric.name.clone());
        self.shapes.forget(name);
        let analysis = &self.loaded.analysis;
        Ok(Offered { metrics: info::metrics(analysis), facets: info::facets(analysis), unknown })
    }

    /// The values by file: not a number, and no name, for files without one. And the paths of no file.
    fn column(&self, metric: &OwnMetric) -> Result<(Column, Vec<String>), MetricError> {
        let tree = &self.loaded.analysis.tree;
        let files = tree.files.len();
        let check = |given: usize| {
            let error = || MetricError::Length { name: metric.name.clone(), given, files };
            (given == files).then_some(()).ok_or_else(error)
        };
        let mut unknown = Vec::new();
        let column = match &metric.values {
            OwnValues::Numbers(values) => {
                check(values.len())?;
                Column::F64(values.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
            }
            OwnValues::Texts(values) => {
                check(values.len())?;
                Column::Text(values.iter().map(|value| value.as_deref().unwrap_or_default().into()).collect())
            }
            OwnValues::NumbersByPath(values) => {
                let mut column = vec![f64::NAN; files];
                for (path, value) in values {
                    match tree.file_id(path) {
                        Some(file) => column[file.index()] = *value,
                        None => unknown.push(path.clone()),
                    }
                }
                Column::F64(column)
            }
            OwnValues::TextsByPath(values) => {
                let mut column = vec![Box::<str>::default(); files];
                for (path, value) in values {
                    match tree.file_id(path) {
                        Some(file) => column[file.index()] = value.as_str().into(),
                        None => unknown.push(path.clone()),
                    }
                }
                Column::Text(column)
            }
        };
        Ok((column, unknown))
    }
}
