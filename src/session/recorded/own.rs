//! Metrics of the user's among those of the analysis.

use std::collections::BTreeMap;

use super::{RecordedCity, info};
use crate::metrics::{Column, Metric};
use crate::session::{MetricError, Offered, OwnMetric, OwnValues};

const MAX_NAME_CHARS: usize = 60;

impl RecordedCity {
    /// Takes a metric of the user's, or its new values.
    ///
    /// # Errors
    /// When its name is taken or unfit, or none of the paths is known.
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
        let (values, unknown) = self.column(&metric.values);
        if let Some(path) = unknown.first().filter(|_| unknown.len() == metric.values.len()) {
            return Err(MetricError::NoFile(path.clone()));
        }
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
    fn column(&self, values: &OwnValues) -> (Column, Vec<String>) {
        match values {
            OwnValues::Numbers(values) => {
                let (numbers, unknown) = self.by_file(values, f64::NAN, |value| *value);
                (Column::F64(numbers), unknown)
            }
            OwnValues::Texts(values) => {
                let (texts, unknown) = self.by_file(values, Box::default(), |value| value.as_str().into());
                (Column::Text(texts), unknown)
            }
        }
    }

    fn by_file<V, T: Clone>(
        &self,
        values: &BTreeMap<String, V>,
        none: T,
        taken: impl Fn(&V) -> T,
    ) -> (Vec<T>, Vec<String>) {
        let tree = &self.loaded.analysis.tree;
        let (mut column, mut unknown) = (vec![none; tree.files.len()], Vec::new());
        for (path, value) in values {
            match tree.file_id(path) {
                Some(file) => column[file.index()] = taken(value),
                None => unknown.push(path.clone()),
            }
        }
        (column, unknown)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::analysis::{Options, analyze};
    use crate::city::{Look, city_of};
    use crate::scan::Place;
    use crate::session::{City, Command, Screen, Session};
    use crate::stream;

    fn city() -> City {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.py"), "import b\ndef run():\n    pass\n").unwrap();
        std::fs::write(folder.path().join("b.py"), "x = 1\n").unwrap();
        let place = Place::Folder(folder.path().to_owned());
        let analysis = analyze(&place, &Options::default(), &(), &AtomicBool::new(false)).unwrap();
        let [area, height, color] = ["code_lines", "complexity", "language"].map(str::to_owned);
        let city = city_of(&analysis, &Look { area, height, color, ..Look::default() }, |_| true).unwrap();
        let recording = stream::to_bytes(&stream::record(&analysis, &city, "{}").unwrap()).unwrap();
        City::open(recording, None).unwrap()
    }

    fn metric(name: &str, values: OwnValues) -> OwnMetric {
        OwnMetric { name: name.to_owned(), unit: "points".to_owned(), description: "of the test".to_owned(), values }
    }

    fn numbers(values: &[(&str, f64)]) -> OwnValues {
        OwnValues::Numbers(values.iter().map(|&(path, value)| (path.to_owned(), value)).collect())
    }

    /// The legend's first entry and the value of `a.py` once the city is coloured by it.
    #[track_caller]
    fn check(values: OwnValues, expect_legend: &str, expect_value: Option<&str>) {
        let session = Session::new(city(), Vec::new());
        assert_eq!(session.add_metric(&metric("risk", values)).unwrap(), Vec::<String>::new());
        let mut page = session.join(Screen::default());
        let mut ask = |command: &str| {
            let look = r#"{"area":"code_lines","height":"complexity","color":"risk"}"#;
            let message = format!(r#"{{"view":{{"look":{look}}},{command}}}"#);
            serde_json::to_value(page.answer(serde_json::from_str(&message).unwrap()).message).unwrap()
        };
        let key = ask(r#""type":"look","selected":null"#)["legend"]["color_key"].clone();
        let first = if key["entries"].is_null() { &key["stops"][0] } else { &key["entries"][0] };
        assert_eq!(first["label"], expect_legend);
        let details = ask(r#""type":"select_path","path":"a.py""#)["details"]["metrics"].clone();
        let value = details.as_array().unwrap().iter().find(|measure| measure["name"] == "risk");
        assert_eq!(value.map(|measure| measure["value"].to_string()).as_deref(), expect_value);
    }

    #[test]
    fn values_of_every_form_are_shown() {
        check(numbers(&[("a.py", 2.5), ("b.py", 4.5)]), "2.5", Some("2.5"));
        check(numbers(&[("b.py", 4.5)]), "4.5", None);
        check(OwnValues::Texts([("a.py".to_owned(), "low".to_owned())].into()), "low", Some(r#""low""#));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let session = Session::new(city(), Vec::new());
        let refused = |name: &str, values| session.add_metric(&metric(name, values)).unwrap_err();
        let none = || numbers(&[]);
        for name in ["", " ", "a:b", "a\nb", &"x".repeat(61)] {
            assert_eq!(refused(name, none()), MetricError::Name(name.to_owned()));
        }
        assert_eq!(refused("complexity", none()), MetricError::Taken("complexity".to_owned()));
        assert_eq!(refused("risk", numbers(&[("c.py", 1.0)])), MetricError::NoFile("c.py".to_owned()));
        let values = numbers(&[("a.py", 1.0), ("c.py", 1.0)]);
        assert_eq!(session.add_metric(&metric("risk", values)).unwrap(), ["c.py"]);
    }

    #[test]
    fn new_values_take_the_place_of_old_ones() {
        let session = Session::new(city(), Vec::new());
        for values in [numbers(&[]), OwnValues::Texts(BTreeMap::new())] {
            session.add_metric(&metric("risk", values)).unwrap();
        }
        let info = session.info();
        let known: Vec<_> = info.metrics.iter().filter(|metric| metric.name == "risk").collect();
        assert_eq!((known.len(), known[0].range), (1, None));
    }

    #[test]
    fn functions_and_paths_are_found() {
        let source = city().source;
        assert_eq!(source.function_at("a.py", 2).as_deref(), Some("run"));
        assert_eq!(source.function_at("a.py", 1), None);
        assert_eq!(source.nearest("aa.py"), ["a.py", "b.py"]);
        assert!(matches!(serde_json::from_str(r#"{"type":"swapped"}"#), Ok(Command::Swapped)));
    }
}
