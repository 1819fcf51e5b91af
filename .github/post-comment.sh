#!/usr/bin/env bash
# Puts a Markdown file onto a pull request as one comment, in the place of the one that it has put there before.
#
#   GH_TOKEN=… post-comment.sh <owner/repository> <number of the pull request> <file>
set -euo pipefail

repository=$1
number=$2
file=$3
marker='<!-- cniforge diff -->'

body=$(mktemp)
trap 'rm -f "$body"' EXIT
# Marker, file and one line of its own stay below the limit of 65,536 characters; `diff` leaves that much room.
{
    printf '%s\n' "$marker"
    cat "$file"
} >"$body"

# Only a comment of this token's own account is replaced: anybody can write the marker.
query=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id"
before=$(gh api --paginate "repos/$repository/issues/$number/comments" --jq "$query" | head -n 1)
if [[ -n $before ]]; then
    gh api --silent --method PATCH "repos/$repository/issues/comments/$before" --field "body=@$body"
else
    gh api --silent --method POST "repos/$repository/issues/$number/comments" --field "body=@$body"
fi
