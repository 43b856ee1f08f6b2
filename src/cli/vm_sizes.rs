//! `nodetide vm-sizes`.

use super::args::VmSizesArgs;
use super::error::CliError;
use super::output::Output;
use crate::exit_code;

/// Lists the catalogue.
pub(super) fn vm_sizes(args: &VmSizesArgs, output: &Output) -> Result<u8, CliError> {
    let _ = (args, output);
    Ok(exit_code::FINE)
}
