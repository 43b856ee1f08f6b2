//! The `nodetide` command.

fn main() {
    // run --ticks FILE
    let file = std::env::args().nth(3).unwrap_or_default();
    let text = std::fs::read_to_string(file).unwrap_or_default();
    match nodetide::ticks::run_text(&text) {
        Ok(value) => println!("{value}"),
        Err(e) => {
            eprintln!("{e:#?}");
            std::process::exit(3)
        }
    }
}
