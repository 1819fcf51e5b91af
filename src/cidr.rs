//! Blocks of addresses: parsed, compared, and cut as TKEStack cuts them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A block, without host bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    network: IpAddr,
    prefix: u32,
}

impl Cidr {
    /// Reads `10.244.0.0/16` or `fd00::/64`; bits behind the prefix are cleared.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let digits = prefix.bytes().all(|b| b.is_ascii_digit()) && (prefix == "0" || !prefix.starts_with('0'));
        let prefix: u32 = digits.then(|| prefix.parse().ok()).flatten()?;
        (prefix <= bits(address)).then(|| Self { network: from_number(address, masked(address, prefix)), prefix })
    }

    /// Whether the block is of IPv6.
    #[must_use]
    pub fn is_ipv6(self) -> bool {
        self.network.is_ipv6()
    }

    /// Whether the two have an address in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        let prefix = self.prefix.min(other.prefix);
        self.is_ipv6() == other.is_ipv6() && masked(self.network, prefix) == masked(other.network, prefix)
    }

    /// Whether the block has all addresses of the other.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.prefix <= other.prefix && self.overlaps(other)
    }

    /// The length of its prefix.
    #[must_use]
    pub fn prefix(self) -> u32 {
        self.prefix
    }

    /// The last block of at least this many addresses; `None` where the block has no room for it.
    #[must_use]
    pub fn tail(self, addresses: u32) -> Option<Self> {
        let width = addresses.max(1).next_power_of_two().trailing_zeros();
        let prefix = bits(self.network).checked_sub(width).filter(|prefix| *prefix >= self.prefix)?;
        let hosts = u128::MAX.checked_shr(128 - (bits(self.network) - self.prefix)).unwrap_or(0);
        let last = from_number(self.network, masked(self.network, self.prefix) | hosts);
        Some(Self { network: from_number(last, masked(last, prefix)), prefix })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

fn bits(address: IpAddr) -> u32 {
    if address.is_ipv6() { 128 } else { 32 }
}

/// The address as a number, the bits behind the prefix cleared.
fn masked(address: IpAddr, prefix: u32) -> u128 {
    let number = match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    let hosts = bits(address) - prefix;
    number.checked_shr(hosts).and_then(|network| network.checked_shl(hosts)).unwrap_or(0)
}

fn from_number(family: IpAddr, number: u128) -> IpAddr {
    match family {
        IpAddr::V4(_) => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).into(),
        IpAddr::V6(_) => Ipv6Addr::from(number).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).expect(text)
    }

    #[test]
    fn blocks_are_read_and_written() {
        for (text, network) in [
            ("10.244.3.7/16", "10.244.0.0/16"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("fd00:10:16::1/64", "fd00:10:16::/64"),
            ("::/0", "::/0"),
            ("10.0.0.1/32", "10.0.0.1/32"),
        ] {
            assert_eq!(cidr(text).to_string(), network);
        }
        for text in
            ["", "10.244.0.0", "10.244.0/16", "10.244.0.0/33", "10.244.0.0/+8", "10.244.0.0/08", "fd00::/129", "a/8"]
        {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
    }

    #[test]
    fn blocks_overlap_if_one_holds_the_other() {
        assert!(cidr("10.0.0.0/8").overlaps(cidr("10.244.255.0/24")));
        assert!(cidr("10.244.255.0/24").overlaps(cidr("10.0.0.0/8")));
        assert!(!cidr("10.244.0.0/16").overlaps(cidr("10.245.0.0/16")));
        assert!(!cidr("0.0.0.0/0").overlaps(cidr("::/0")));
    }

    #[test]
    fn the_tail_is_cut_as_tkestack_cuts_it() {
        assert_eq!(cidr("10.244.0.0/16").tail(256).expect("room").to_string(), "10.244.255.0/24");
        assert_eq!(cidr("10.244.0.0/16").tail(1000).expect("room").to_string(), "10.244.252.0/22");
        assert_eq!(cidr("192.168.0.0/24").tail(256).expect("room").to_string(), "192.168.0.0/24");
        assert_eq!(cidr("192.168.0.0/24").tail(512), None);
        assert_eq!(
            cidr("fd00:10:16::/64").tail(256).expect("room").to_string(),
            "fd00:10:16:0:ffff:ffff:ffff:ff00/120"
        );
        assert_eq!(cidr("0.0.0.0/0").tail(32).expect("room").to_string(), "255.255.255.224/27");
    }
}
