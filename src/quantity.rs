//! Quantities of Kubernetes: `100m`, `1.5`, `128Mi`, `1e3`.

/// `100m`, `1.5`, `128Mi`, `1e3`; as `resource.ParseQuantity` of Kubernetes' apimachinery takes it.
#[must_use]
pub fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    if digits == 0 || number.matches('.').count() > 1 {
        return false;
    }
    let exponent = |rest: &str| {
        let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
    };
    match suffix {
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" => true,
        other => other.strip_prefix(['e', 'E']).is_some_and(exponent),
    }
}

/// What it amounts to, near enough to compare two; `None` for what is no quantity.
#[must_use]
pub fn amount(text: &str) -> Option<f64> {
    const SUFFIXES: [(&str, f64); 15] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    if !is_quantity(text) {
        return None;
    }
    let suffixed = SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, factor)));
    suffixed.map_or_else(|| text.parse().ok(), |(number, factor)| Some(number.parse::<f64>().ok()? * factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities() {
        for text in ["1", "-1", "+.5", "5.", "100m", "1.5Gi", "1e3", "1E-3", "2E", "7k"] {
            assert!(is_quantity(text), "{text} is good");
        }
        for text in ["", "m", "1 Gi", "1GB", "1gi", "1K", "1e", "1.2.3", "x1"] {
            assert!(!is_quantity(text) && amount(text).is_none(), "{text} is bad");
        }
    }

    #[test]
    fn amounts() {
        for (text, amounts_to) in
            [("500m", 0.5), ("2", 2.0), ("1Ki", 1024.0), ("1e3", 1000.0), ("2E", 2e18), (".5", 0.5)]
        {
            assert_eq!(amount(text), Some(amounts_to), "{text}");
        }
    }
}
