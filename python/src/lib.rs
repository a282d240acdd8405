//! The Python module of Repolis: calls of the library, with primitives and Arrow tables between the two. No logic of its own.

mod analyze;
mod answers;
mod ending;
mod errors;
mod feed;
mod live;
mod repo;
mod served;
mod table;
mod trace;

use pyo3::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The native part of `repolis`.
#[pymodule]
mod _repolis {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::analyze::{analyze, load};
    #[pymodule_export]
    use super::ending::_end;
    #[pymodule_export]
    use super::feed::Batches;
    #[pymodule_export]
    use super::live::Live;
    #[pymodule_export]
    use super::repo::Repo;
    #[pymodule_export]
    use super::run;
    #[pymodule_export]
    use super::served::{Events, Served};
    #[pymodule_export]
    use super::table::Table;
    #[pymodule_export]
    use super::trace::Tracer;

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::ending::register(module)
    }
}

/// Runs the command line with these arguments, the program's name first, and returns the exit code.
#[pyfunction]
fn run(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
    ending::detach(py, || repolis::cli::run_with(arguments))
}
