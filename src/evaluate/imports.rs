//! Hands the files of [`Sources`] to the engine.

use std::sync::Arc;

use jrsonnet_evaluator::error::ErrorKind;
use jrsonnet_evaluator::{AsPathLike, Error, ImportResolver, ResolvePath, SourcePath, SourceVirtual};
use jrsonnet_gcmodule::Acyclic;

use crate::sources::{SourceError, Sources};

/// Resolves imports by name. Every file is a virtual one to the engine, so it never sees a path of this machine.
#[derive(Acyclic)]
pub struct Resolver(pub Arc<Sources>);

impl ImportResolver for Resolver {
    fn resolve_from(&self, from: &SourcePath, path: &dyn AsPathLike) -> Result<SourcePath, Error> {
        let from = from.downcast_ref::<SourceVirtual>().map_or("", |source| source.0.as_str());
        let wanted = match path.as_path() {
            ResolvePath::Str(text) => text.to_owned(),
            ResolvePath::Path(path) => path.to_string_lossy().into_owned(),
        };
        let name = self.0.resolve(from, &wanted).map_err(engine_error)?;
        Ok(SourcePath::new(SourceVirtual(name.as_str().into())))
    }

    fn load_file_contents(&self, resolved: &SourcePath) -> Result<Vec<u8>, Error> {
        let name = resolved.downcast_ref::<SourceVirtual>().map_or("", |source| source.0.as_str());
        self.0.bytes(name).map(|bytes| bytes.to_vec()).map_err(engine_error)
    }
}

/// The hint travels behind a line break, which no message has.
fn engine_error(error: SourceError) -> Error {
    let text = match error.hint {
        Some(hint) => format!("{}\n{hint}", error.message),
        None => error.message,
    };
    ErrorKind::ImportCallbackError(text).into()
}
