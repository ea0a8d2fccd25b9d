#!/usr/bin/env bash
# A guess: the attributes that elimity-com/scim gives an app at creation are in the form in which its filter, given to the app with each
# list, wants them.
# Instead: with elimity-com/scim of 2026-07-28 emails.value eq "ann@example.com" passes no resource ("the target is not a complex
# attribute"), though RFC 7644, section 3.4.2.2, has such a filter among its examples, and neither does any attribute of an extension.
# emails[value eq "ann@example.com"] and userName pass.
# Where: PassesFilter looks into a sub-attribute of one object only, not of a list, and looks for an extension's attribute as one member
# with URN and name, or without a URN, while the server leaves the extension an object under its URN.
# For sign-in: a provisioner that matches people by address or by employee number finds nobody, and makes each of them again. As a client
# write brackets, or match by userName; as a server on this package lay extensions flat for PassesFilter, and translate the path. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > go.mod <<'MOD'
module finding

go 1.24

require github.com/elimity-com/scim v0.0.0-20260728105928-2641426a1539
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"

	"github.com/elimity-com/scim"
	"github.com/elimity-com/scim/schema"
)

type members struct {
	scim.ResourceHandler
	created scim.ResourceAttributes
	passes  error
}

func (m *members) Create(_ *http.Request, attributes scim.ResourceAttributes) (scim.Resource, error) {
	m.created = attributes
	return scim.Resource{ID: "1", Attributes: attributes}, nil
}

func (m *members) GetAll(_ *http.Request, params scim.ListRequestParams) (scim.Page, error) {
	m.passes = params.FilterValidator.PassesFilter(m.created)
	return scim.Page{}, nil
}

func main() {
	store, enterprise := &members{}, schema.ExtensionEnterpriseUser()
	user := scim.ResourceType{Name: "User", Endpoint: "/Users", Schema: schema.CoreUserSchema(), Handler: store,
		SchemaExtensions: []scim.SchemaExtension{{Schema: enterprise}}}
	config := &scim.ServiceProviderConfig{SupportFiltering: true}
	server, err := scim.NewServer(&scim.ServerArgs{ServiceProviderConfig: config, ResourceTypes: []scim.ResourceType{user}})
	if err != nil {
		panic(err)
	}
	ask := func(method, path, body string) int {
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, httptest.NewRequest(method, path, strings.NewReader(body)))
		return answer.Code
	}
	body := `{"schemas": [%q, %q], "userName": "ann", "emails": [{"value": "ann@example.com"}], %[2]q: {"employeeNumber": "7"}}`
	fmt.Println("created:", ask("POST", "/Users", fmt.Sprintf(body, schema.UserSchema, enterprise.ID)), store.created)
	for text, found := range map[string]bool{`userName eq "ann"`: true, `emails[value eq "ann@example.com"]`: true,
		`emails.value eq "ann@example.com"`: false, enterprise.ID + `:employeeNumber eq "7"`: false} {
		fmt.Println(ask("GET", "/Users?filter="+url.QueryEscape(text), ""), text, "| why not:", store.passes)
		if (store.passes == nil) != found {
			os.Exit(1)
		}
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
go run .
