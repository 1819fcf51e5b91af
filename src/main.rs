//! Parse, run, exit code.

use std::process::ExitCode;

use cniforge::limits::MeteredAllocator;
use cniforge::terminal::Terminal;
use cniforge::{cli, commands};

#[global_allocator]
static ALLOCATOR: MeteredAllocator<mimalloc::MiMalloc> = MeteredAllocator(mimalloc::MiMalloc);

fn main() -> ExitCode {
    // The engine may panic on what a definition asks of it; that becomes an error of the cluster, and the run goes on.
    std::panic::set_hook(Box::new(|panic| Terminal::defect(&panic.to_string())));
    commands::run(&cli::parse()).into()
}
