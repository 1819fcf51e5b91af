#!/usr/bin/env bash
# The steps of a release that are the same at home; .github/workflows/release.yml strings them together.
#
#   release.sh version v1.2.3               refuses a tag that is not the program's version; prints version=1.2.3
#   release.sh archive 1.2.3 TARGET         dist/cniforge-1.2.3-TARGET.tar.gz, or .zip for Windows
#   release.sh checksums DIR                a line a file, as sha256sum -c reads it
#   release.sh formula 1.2.3 DIR            the formula of Homebrew, for the archives in DIR
#   release.sh image-folder 1.2.3 DIR OUT   what the image is built of: OUT/amd64/cniforge, OUT/arm64/cniforge
#   release.sh notes 1.2.3                  what CHANGELOG.md says of it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly repository=https://github.com/cniforge/cniforge
# What every archive has beside the program.
readonly papers=(LICENSE README.md CHANGELOG.md)

fail() {
    printf 'release: %s\n' "$1" >&2
    exit 1
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

crate_version() {
    sed -n '/^\[package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml
}

version() {
    [[ $1 == "v$(crate_version)" ]] || fail "the tag is $1, and Cargo.toml says $(crate_version)"
    notes "$(crate_version)" >/dev/null
    printf 'version=%s\n' "$(crate_version)"
}

notes() {
    local text
    # From the version's heading to the next one.
    text=$(awk -v heading="## [$1]" 'index($0, "## [") == 1 { on = index($0, heading) == 1; next } on' CHANGELOG.md)
    [[ -n ${text//[[:space:]]/} ]] || fail "CHANGELOG.md has no section [$1]"
    printf '%s\n' "$text"
}

archive() {
    local name=cniforge-$1-$2 program=cniforge
    [[ $2 != *-windows-* ]] || program=cniforge.exe
    rm -rf "dist/$name"
    mkdir -p "dist/$name"
    cp "target/$2/release/$program" "${papers[@]}" "dist/$name/"
    if [[ $2 == *-windows-* ]]; then
        (cd dist && 7z a -bso0 -mx=9 "$name.zip" "$name")
    else
        # The man pages are what the program writes, so this program must run here.
        if "dist/$name/$program" man "dist/$name/man" >/dev/null 2>&1; then :; else rm -rf "dist/$name/man"; fi
        tar -C dist -czf "dist/$name.tar.gz" "$name"
    fi
    rm -rf "dist/$name"
}

checksums() {
    (cd "$1" && find . -maxdepth 1 -type f ! -name SHA256SUMS | sed 's|^\./||' | LC_ALL=C sort | while read -r file; do sha256 "$file"; done)
}

image_folder() {
    local pair
    for pair in amd64=x86_64 arm64=aarch64; do
        mkdir -p "$3/${pair%=*}"
        tar -xzf "$2/cniforge-$1-${pair#*=}-unknown-linux-musl.tar.gz" -C "$3/${pair%=*}" --strip-components=1 \
            "cniforge-$1-${pair#*=}-unknown-linux-musl/cniforge"
    done
}

# An archive for one system and processor, as Homebrew writes it.
source_of() {
    local archive=cniforge-$1-$2.tar.gz
    [[ -f $3/$archive ]] || fail "$3 has no $archive"
    printf '      url "%s/releases/download/v%s/%s"\n' "$repository" "$1" "$archive"
    printf '      sha256 "%s"\n' "$(sha256 "$3/$archive" | cut -d' ' -f1)"
}

formula() {
    local system arm intel
    cat <<RUBY
class Cniforge < Formula
  desc "Compiles one jsonnet file per cluster into the manifests of its CNI"
  homepage "$repository"
  version "$1"
  license "Apache-2.0"

RUBY
    for system in macos=apple-darwin linux=unknown-linux-musl; do
        arm=$(source_of "$1" "aarch64-${system#*=}" "$2")
        intel=$(source_of "$1" "x86_64-${system#*=}" "$2")
        printf '  on_%s do\n    on_arm do\n%s\n    end\n    on_intel do\n%s\n    end\n  end\n\n' \
            "${system%=*}" "$arm" "$intel"
    done
    cat <<'RUBY'
  def install
    bin.install "cniforge"
    man1.install Dir["man/*.1"]
    %w[bash zsh fish].each do |shell|
      (buildpath/"completion.#{shell}").write Utils.safe_popen_read(bin/"cniforge", "completions", shell)
    end
    bash_completion.install "completion.bash" => "cniforge"
    zsh_completion.install "completion.zsh" => "_cniforge"
    fish_completion.install "completion.fish" => "cniforge.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/cniforge --version")
  end
end
RUBY
}

command=${1:-}
shift || true
case $command in
    version | archive | checksums | formula | notes) "$command" "$@" ;;
    image-folder) image_folder "$@" ;;
    *) fail "there is no step \`$command\`; the head of this file lists them" ;;
esac
