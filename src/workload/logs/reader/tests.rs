use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{Cursor, Write};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read_all(bytes: Vec<u8>) -> Result<Vec<(u64, String)>, ReadError> {
    let mut lines = Lines::new(Box::new(Cursor::new(bytes)), false)?;
    let mut all = Vec::new();
    while lines.next()? {
        all.push((lines.line(), String::from_utf8_lossy(lines.bytes()).into_owned()));
    }
    assert!(!lines.next()?, "the end stays the end");
    Ok(all)
}

fn texts(bytes: &[u8]) -> Vec<String> {
    read_all(bytes.to_vec()).unwrap().into_iter().map(|(_, text)| text).collect()
}

/// Gives one byte at a time, and is interrupted in between.
struct Trickle(Cursor<Vec<u8>>, bool);

impl Read for Trickle {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let n = buf.len().min(1);
        self.0.read(&mut buf[..n])
    }
}

/// Zeros without end.
struct Endless(u8);

impl Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        buf.fill(self.0);
        Ok(buf.len())
    }
}

#[test]
fn line_ends_of_all_kinds_are_taken_off() {
    assert_eq!(texts(b"a\nb\n"), ["a", "b"]);
    assert_eq!(texts(b"a\r\nb\r\n"), ["a", "b"]);
    assert_eq!(texts(b"a\nb"), ["a", "b"], "no line end at the end");
    assert_eq!(texts(b"a\n\n\r\nb\r"), ["a", "", "", "b"]);
    assert_eq!(texts(b"\xef\xbb\xbfa\nb\n"), ["a", "b"], "a byte order mark is no text");
    assert_eq!(texts(b"\xef\xbb\xbf"), [""; 0]);
    assert_eq!(texts(b""), [""; 0]);
    assert_eq!(texts(b"\n"), [""]);
    assert_eq!(read_all(b"a\n\nb".to_vec()).unwrap()[2], (3, "b".to_owned()));
}

#[test]
fn gzip_is_told_by_its_bytes_and_may_have_several_members() {
    assert_eq!(texts(&gzip(b"a\nb\n")), ["a", "b"]);
    let members = [gzip(b"a\nb"), gzip(b"c\n")].concat();
    assert_eq!(texts(&members), ["a", "bc"]);
    assert_eq!(texts(&gzip(b"")), [""; 0]);
}

#[test]
fn lines_across_buffers_are_whole_whatever_comes_at_a_time() {
    let text: String = (0..60_000).map(|i| format!("{i} {}\n", "x".repeat(i % 97))).collect();
    let expected: Vec<&str> = text.lines().collect();
    assert_eq!(texts(text.as_bytes()), expected);
    assert_eq!(texts(&gzip(text.as_bytes())), expected);
    let short: String = text.chars().take(3000).collect();
    let mut lines =
        Lines::new(Box::new(Trickle(Cursor::new(short.clone().into_bytes()), false)), false).unwrap();
    let mut found = Vec::new();
    while lines.next().unwrap() {
        found.push(String::from_utf8_lossy(lines.bytes()).into_owned());
    }
    assert_eq!(found, short.lines().collect::<Vec<_>>());
}

#[test]
fn a_record_of_several_lines_can_be_taken_back() {
    let text: String = (0..100_000).map(|i| format!("line {i}\n")).collect();
    let mut lines = Lines::new(Box::new(Cursor::new(text.into_bytes())), false).unwrap();
    let mut number = 0;
    while lines.next().unwrap() {
        number += 1;
        assert_eq!((lines.line(), lines.bytes()), (number, format!("line {}", number - 1).as_bytes()));
        if number % 1000 == 1 {
            let mut extended = 1;
            while lines.extend().unwrap() {
                extended += 1;
            }
            assert_eq!(extended, MAX_QUOTED_LINES);
            assert!(
                lines.is_extended()
                    && lines.bytes().starts_with(format!("line {}\nline", number - 1).as_bytes())
            );
            lines.first_line_only();
            assert_eq!(lines.bytes(), format!("line {}", number - 1).as_bytes());
        }
    }
    assert_eq!(number, 100_000);
    let mut lines = Lines::new(Box::new(Cursor::new(b"a\nb\nc".to_vec())), false).unwrap();
    assert!(lines.next().unwrap() && lines.extend().unwrap());
    assert_eq!(lines.bytes(), b"a\nb");
    assert!(lines.next().unwrap());
    assert_eq!((lines.line(), lines.bytes()), (3, b"c".as_slice()));
    assert!(!lines.extend().unwrap());
    assert_eq!(lines.bytes(), b"c");
}

#[test]
fn a_line_of_the_longest_length_is_read_and_one_byte_more_is_refused() {
    let longest = vec![b'x'; MAX_LINE_BYTES];
    for end in ["", "\n", "\r\n"] {
        let text = [longest.as_slice(), end.as_bytes()].concat();
        assert_eq!(texts(&text)[0].len(), MAX_LINE_BYTES, "{end:?}");
        let text = [b"a\nx", longest.as_slice(), end.as_bytes()].concat();
        assert!(matches!(read_all(text), Err(ReadError::LineTooLong { line: 2 })), "{end:?}");
    }
}

#[test]
fn endless_lines_and_bombs_take_no_memory() {
    let mut lines = Lines::new(Box::new(Endless(b'x')), false).unwrap();
    assert!(matches!(lines.next(), Err(ReadError::LineTooLong { line: 1 })));
    assert!(lines.buf.len() <= MAX_LINE_BYTES + 2 * CHUNK, "{}", lines.buf.len());
    // 64 MiB without a line end from 64 KiB.
    let bomb = gzip(&vec![b'x'; 1 << 26]);
    assert!(matches!(read_all(bomb), Err(ReadError::LineTooLong { line: 1 })));
}

#[test]
fn a_log_is_not_longer_than_the_limit() {
    let mut lines = Lines::new(Box::new(Endless(b'\n')), false).unwrap();
    lines.read_bytes = MAX_LOG_BYTES - 2 * CHUNK as u64;
    let error = loop {
        match lines.next() {
            Ok(more) => assert!(more),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ReadError::LogTooLong), "{error:?}");
    assert!(lines.buf.len() <= 2 * CHUNK);
}

#[test]
fn what_is_damaged_or_no_text_is_refused() {
    let whole = gzip(&b"1 2 3\n".repeat(10_000));
    for cut in [3, 11, whole.len() / 2, whole.len() - 1] {
        assert!(matches!(read_all(whole[..cut].to_vec()), Err(ReadError::Gzip(_))), "{cut}");
    }
    let mut flipped = whole.clone();
    let middle = whole.len() / 2;
    flipped[middle] ^= 0xff;
    assert!(matches!(read_all(flipped), Err(ReadError::Gzip(_))));
    let named = |bytes: &[u8]| Lines::new(Box::new(Cursor::new(bytes.to_vec())), true).err();
    assert!(matches!(named(b"a,b\n"), Some(ReadError::Gzip(_))), "named .gz, but plain");
    assert!(named(b"").is_none() && named(&whole).is_none());
    assert!(matches!(read_all(b"\x7fELF\x02\x01\x00\x00\n".to_vec()), Err(ReadError::NotText { .. })));
    assert!(matches!(read_all(b"\xff\xfea\x00,\x00".to_vec()), Err(ReadError::Utf16)));
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
    assert!(matches!(Lines::new(Box::new(Failing), false), Err(ReadError::Io(_))));
}

/// SHA-256 of "abc" (FIPS 180-2, appendix B.1); of the file's own bytes, and of all of them.
#[test]
fn the_hash_is_that_of_the_file_on_disk() {
    let hash = |bytes: Vec<u8>, lines_read: usize| {
        let mut lines = Lines::new(Box::new(Cursor::new(bytes)), false).unwrap();
        for _ in 0..lines_read {
            lines.next().unwrap();
        }
        lines.finish().unwrap()
    };
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hash(b"abc".to_vec(), 1), (abc.to_owned(), 3));
    assert_eq!(hash(b"abc".to_vec(), 0), (abc.to_owned(), 3));
    let zipped = gzip(&b"a line\n".repeat(100_000));
    let whole = hash(zipped.clone(), 100_001);
    assert_eq!(whole.1, zipped.len() as u64);
    assert_eq!(hash(zipped, 3), whole);
}

#[test]
fn a_few_bytes_of_almost_nothing_are_refused_early() {
    // 300 MiB of line ends in less than 2 MiB, of which 64 MiB are looked at.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b'\n'; 300 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    let mut lines = Lines::new(Box::new(Cursor::new(bomb)), false).unwrap();
    let error = loop {
        match lines.next() {
            Ok(more) => assert!(more, "it is refused"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ReadError::Bomb), "{error:?}");
    assert!(lines.read_bytes < EXPANSION_FROM_BYTES + (4 << 20), "{}", lines.read_bytes);
    // As much text of the usual kind is not.
    let text: String = (0..3_000_000_u64).map(|i| format!("{i},{},1,queue\n", i * 7919 % 86_400)).collect();
    assert!(text.len() as u64 > EXPANSION_FROM_BYTES / 2);
    assert_eq!(texts(&gzip(text.as_bytes())).len(), 3_000_000);
}

#[test]
fn empty_lines_are_passed_over_and_counted() {
    for text in ["\n\n\na\n\n\nb\n\n", "\n\n\na\n\n\nb"] {
        for bytes in [text.as_bytes().to_vec(), gzip(text.as_bytes())] {
            let mut lines = Lines::new(Box::new(Trickle(Cursor::new(bytes), false)), false).unwrap();
            let mut found = Vec::new();
            loop {
                lines.skip_empty().unwrap();
                if !lines.next().unwrap() {
                    break;
                }
                found.push((lines.line(), String::from_utf8_lossy(lines.bytes()).into_owned()));
            }
            assert_eq!(found, [(4, "a".to_owned()), (7, "b".to_owned())]);
        }
    }
}
