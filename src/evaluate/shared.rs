//! The built-in library, evaluated once a thread and lent to every definition.
//!
//! The engine keeps, in each object that uses `self`, a context for every object that was ever derived from it (0.5.0-pre98,
//! `CachedUnbound`): a base object that all definitions extend would hold all of them for ever. So what definitions extend is
//! evaluated anew for each, in a state of its own: their own files and the library's [`FRONT`]. All other library files are
//! functions and tables; they live in one long state, and in a definition's state their import is a reference to that value.

use std::sync::Arc;

use jrsonnet_evaluator::error::ErrorKind;
use jrsonnet_evaluator::{
    AsPathLike, Error, ImportResolver, InitialContextBuilder, ObjValue, ObjValueBuilder, Source, SourcePath,
    SourceVirtual, State, Thunk, Val,
};
use jrsonnet_gcmodule::{Acyclic, Trace};
use jrsonnet_stdlib::ContextInitializer;

use super::imports::Resolver;
use crate::library;
use crate::sources::{BUILT_IN, Sources};

/// The file whose object definitions extend.
const FRONT: &str = "<cniforge>/cniforge/main.libsonnet";

/// What the values of the long state are called inside the library's own stubs; no other file sees the name.
const LENT: &str = "__library";

/// The long state's files as one object: path below `lib/` → value.
pub struct SharedLibrary {
    std: ContextInitializer,
    files: ObjValue,
}

impl SharedLibrary {
    /// Nothing is evaluated before it is imported.
    pub fn new(sources: &Arc<Sources>, std: ContextInitializer) -> Self {
        let mut builder = State::builder();
        builder.import_resolver(Resolver(Arc::clone(sources)));
        builder.context_initializer(std.clone());
        let state = builder.build();
        let mut files = ObjValueBuilder::with_capacity(library::files().len());
        for (path, _) in library::files() {
            let file = SharedFile { state: state.clone(), path: source_path(&format!("{BUILT_IN}{path}")) };
            files.field(*path).thunk(Thunk::new(file));
        }
        Self { std, files: files.build() }
    }

    /// `std`, and for the stubs the library.
    pub fn context(&self) -> impl jrsonnet_evaluator::ContextInitializer + Trace + use<> {
        LendingContext { std: self.std.clone(), files: self.files.clone() }
    }
}

fn source_path(name: &str) -> SourcePath {
    SourcePath::new(SourceVirtual(name.into()))
}

fn is_lent(name: &str) -> bool {
    name.starts_with(BUILT_IN) && name != FRONT
}

#[derive(Trace)]
struct SharedFile {
    state: State,
    path: SourcePath,
}

impl jrsonnet_evaluator::val::ThunkValue for SharedFile {
    type Output = Val;

    fn get(&self) -> Result<Val, Error> {
        self.state.import_resolved(self.path.clone())
    }
}

/// Resolves and reads the files of one definition; of the library, a stub.
#[derive(Acyclic)]
pub struct LendingResolver {
    files: Resolver,
}

impl LendingResolver {
    /// Over the files that one definition may read.
    pub fn new(sources: &Arc<Sources>) -> Self {
        Self { files: Resolver(Arc::clone(sources)) }
    }
}

impl ImportResolver for LendingResolver {
    fn resolve_from(&self, from: &SourcePath, path: &dyn AsPathLike) -> Result<SourcePath, Error> {
        self.files.resolve_from(from, path)
    }

    fn load_file_contents(&self, resolved: &SourcePath) -> Result<Vec<u8>, Error> {
        match resolved.downcast_ref::<SourceVirtual>() {
            Some(name) if is_lent(&name.0) => {
                let path = name.0.strip_prefix(BUILT_IN).unwrap_or_default();
                if library::get(path).is_none() {
                    return Err(ErrorKind::ImportCallbackError(format!("the library has no `{path}`")).into());
                }
                Ok(format!("{LENT}['{path}']").into_bytes())
            }
            _ => self.files.load_file_contents(resolved),
        }
    }
}

#[derive(Trace)]
struct LendingContext {
    std: ContextInitializer,
    files: ObjValue,
}

impl jrsonnet_evaluator::ContextInitializer for LendingContext {
    fn populate(&self, source: Source, builder: &mut InitialContextBuilder) {
        let lent = source.source_path().downcast_ref::<SourceVirtual>().is_some_and(|name| is_lent(&name.0));
        self.std.populate(source, builder);
        if lent {
            builder.bind(LENT, Thunk::evaluated(Val::Obj(self.files.clone())));
        }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
