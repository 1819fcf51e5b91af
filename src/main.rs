//! Parse, run, exit code.

use std::process::ExitCode;

use cniforge::limits::MeteredAllocator;
use cniforge::{cli, commands};

#[global_allocator]
static ALLOCATOR: MeteredAllocator<mimalloc::MiMalloc> = MeteredAllocator(mimalloc::MiMalloc);

fn main() -> ExitCode {
    commands::run(&cli::parse()).into()
}
