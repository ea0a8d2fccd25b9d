module example.com/app

go 1.26.8

require (
	github.com/MicahParks/keyfunc/v2 v2.0.1 // indirect
	github.com/golang-jwt/jwt/v5 v5.0.0 // indirect
	github.com/mitchellh/mapstructure v1.5.0 // indirect
	github.com/stytchauth/stytch-go/v16 v16.0.0 // indirect
)
