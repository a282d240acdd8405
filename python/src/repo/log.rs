//! The city of a repository as a recording: to a file, a viewer, or into a recording of the Python SDK.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use repolis::analysis::on_workers;
use repolis::city::{Look, city_of};
use repolis::stream::Activity;
use repolis::{output, stream};

use super::Repo;
use crate::ending::detach;
use crate::errors::error;

#[pymethods]
impl Repo {
    /// Logs the city: into a file, a running viewer, or a recording of one's own.
    ///
    /// Parameters
    /// ----------
    /// target : str, os.PathLike or rerun.RecordingStream, optional
    ///     A file (``.rrd``), replaced only when the new one is complete; or a recording of the Python SDK, which gets the city
    ///     beside whatever else it holds.
    /// connect : str, optional
    ///     Address of a running viewer, such as ``"rerun+http://127.0.0.1:9876/proxy"``.
    /// area, height, color : str, optional
    ///     Metrics of footprint, height and colour.
    /// arcs : int, optional
    ///     At most so many import arcs, the strongest.
    ///
    /// Raises
    /// ------
    /// Error
    ///     When a metric is unknown, the file cannot be written, or nobody listens at the address.
    ///
    /// Examples
    /// --------
    /// >>> repo.log("city.rrd", color="complexity")
    /// >>> len(repolis.load("city.rrd")) == len(repo)
    /// True
    #[pyo3(signature = (target=None, *, connect=None, area=None, height=None, color=None, arcs=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn log(
        &self,
        py: Python<'_>,
        target: Option<Bound<'_, PyAny>>,
        connect: Option<&str>,
        area: Option<String>,
        height: Option<String>,
        color: Option<String>,
        arcs: Option<usize>,
    ) -> PyResult<()> {
        if target.is_none() && connect.is_none() {
            return Err(error(py, "nowhere to log to: name a file, a recording of the Rerun SDK, or connect=URL"));
        }
        if let Some(url) = connect {
            stream::check_url(url).map_err(|source| error(py, source))?;
        }
        let file = target.as_ref().and_then(|target| target.extract::<PathBuf>().ok());
        if let Some(file) = &file {
            detach(py, || output::check(file, &output::RECORDING)).map_err(|source| error(py, source))?;
        }
        let messages = self.messages(py, &look(area, height, color, arcs), false)?;
        // Both are tried even when one fails.
        let written = match (&file, &target) {
            (Some(file), _) => {
                detach(py, || output::write_recording(file, &messages)).map_err(|source| error(py, source))
            }
            (None, Some(stream)) => self.log_into(py, stream, &messages),
            (None, None) => Ok(()),
        };
        let sent = connect.map(|url| detach(py, || stream::send(&messages, url)).map_err(|source| error(py, source)));
        written.and(sent.unwrap_or(Ok(())))
    }
}

impl Repo {
    /// The recording of the city in this look, as messages; if it is `live`, with a layout for what will run.
    pub fn messages(&self, py: Python<'_>, look: &Look, live: bool) -> PyResult<Vec<stream::LogMsg>> {
        let options = stream::options_json(&self.options, look);
        let record = || {
            self.demand([&*look.area, &look.height, &look.color]);
            let analysis = self.analysis_detached();
            on_workers(|| -> Result<_, Box<dyn std::error::Error + Send + Sync>> {
                let city = city_of(&analysis, &Look { is_muted: live, ..look.clone() }, |_| true)?;
                if live {
                    return Ok(stream::record_live(&analysis, &city, &options, Activity::default())?);
                }
                Ok(stream::record(&analysis, &city, &options)?)
            })
        };
        detach(py, record).map_err(|source| error(py, source))?.map_err(|source| error(py, source))
    }

    /// Hands the chunks over to a recording of the Python SDK.
    fn log_into(&self, py: Python<'_>, stream: &Bound<'_, PyAny>, messages: &[stream::LogMsg]) -> PyResult<()> {
        let bytes = detach(py, || on_workers(|| stream::to_bytes(messages)));
        let bytes = bytes.map_err(|source| error(py, source))?.map_err(|source| error(py, source))?;
        py.import("repolis._recording")?.getattr("log_into")?.call1((stream, PyBytes::new(py, &bytes)))?;
        Ok(())
    }
}

/// The look asked for; what is left out is as on the command line.
pub fn look(area: Option<String>, height: Option<String>, color: Option<String>, arcs: Option<usize>) -> Look {
    let usual = Look::default();
    Look {
        area: area.unwrap_or(usual.area),
        height: height.unwrap_or(usual.height),
        color: color.unwrap_or(usual.color),
        arcs,
        is_muted: false,
    }
}
