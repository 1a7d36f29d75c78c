/**
 * A certificate for hooks.example.com and 127.0.0.1 that vouches for itself, until 2066. Made for these tests, with
 * openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1; nothing else trusts it.
 */
export const CERT = `-----BEGIN CERTIFICATE-----
MIIBszCCAVmgAwIBAgIUbmeHikoQ09Yg1V6DR5S8rRwRjm4wCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRaG9va3MuZXhhbXBsZS5jb20wIBcNMjYxMTI3MjIyNzU0WhgP
MjA2NjExMTcyMjI3NTRaMBwxGjAYBgNVBAMMEWhvb2tzLmV4YW1wbGUuY29tMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEgISb/gxwlAAuK4fzKD0Fj7qcdI+SlqUW
AhR7PWHvH9FKajmtBsjoldX4f49WEHXiNeMOoPHxtEVltbR8cnLWbKN3MHUwHQYD
VR0OBBYEFIDskJ0GzXJcV7IpyDJ2bv9vy0q7MB8GA1UdIwQYMBaAFIDskJ0GzXJc
V7IpyDJ2bv9vy0q7MA8GA1UdEwEB/wQFMAMBAf8wIgYDVR0RBBswGYIRaG9va3Mu
ZXhhbXBsZS5jb22HBH8AAAEwCgYIKoZIzj0EAwIDSAAwRQIgWFTvTosjL/odftY9
AY3l4oP+fyV/s/btQf8o6VeGw+0CIQC3MwnsMf+vOk1y8bLj7SCNaxUxWXWRCwa5
qrXJaj3erg==
-----END CERTIFICATE-----
`;

export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNkoqK9kOg2edS9YX
6I+2TCefpIpmtYbeqlIcKZl9jJihRANCAASAhJv+DHCUAC4rh/MoPQWPupx0j5KW
pRYCFHs9Ye8f0UpqOa0GyOiV1fh/j1YQdeI14w6g8fG0RWW1tHxyctZs
-----END PRIVATE KEY-----
`;
