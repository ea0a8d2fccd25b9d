#!/usr/bin/env bash
# A guess: what a SCIM filter may say, it may say within the brackets of a value path too (RFC 7644, figure 1: the filter there
# takes and, or, not and parentheses), and texts are JSON strings with all their escapes.
# Instead: scim2/filter-parser 2.3.1, under elimity-com/scim, refuses every parenthesis inside of brackets but that of not(), and
# three conditions of which one is joined by "or" and one by "and". Of the escapes in a text it refuses \u00e9.
# For sign-in: a client that makes its filters by rule ends in 400 invalidFilter at some servers. As a client write one condition,
# or a plain chain of one operator, within brackets, and UTF-8 instead of \u.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > go.mod <<'MOD'
module finding

go 1.21

require github.com/scim2/filter-parser/v2 v2.3.1
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	filter "github.com/scim2/filter-parser/v2"
)

func main() {
	read := []string{
		`userName eq "é"`,
		`userName eq "a" and (title pr or active eq true)`,
		`emails[type eq "work" and value co "@example.com"]`,
		`emails[not (type eq "work")]`,
	}
	refused := []string{
		`userName eq "\u00e9"`,
		`emails[(type eq "work")]`,
		`emails[type eq "work" and (value eq "a" or value eq "b")]`,
		`emails[type eq "work" and not (value eq "a")]`,
		`emails[value eq "a" or value eq "b" and type eq "work"]`,
	}
	for at, text := range append(read, refused...) {
		_, err := filter.ParseFilter([]byte(text))
		fmt.Println("filter-parser 2.3.1:", text, "| read:", err == nil)
		if (err == nil) != (at < len(read)) {
			os.Exit(1)
		}
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
go run .
