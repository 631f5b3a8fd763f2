const AUTHORITY =
  'Its certificate is not from an authority that this process trusts: pass that authority as tls: { ca }, or in NODE_EXTRA_CA_CERTS.';
const CLIENT =
  'It accepts only clients whose certificate it trusts: pass one as tls: { cert, key }.';
const NO_TLS = 'This port does not speak TLS: use redis:// and no option "tls", or its TLS port.';
const DATES = 'Renew its certificate, or check the clock of this host.';

/** What to do about a failed handshake, by the code of Node's or OpenSSL's error. */
const ADVICE: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: AUTHORITY,
  CERT_UNTRUSTED: AUTHORITY,
  CERT_SIGNATURE_FAILURE: AUTHORITY,
  CERT_HAS_EXPIRED: DATES,
  CERT_NOT_YET_VALID: DATES,
  CERT_REVOKED: 'Its certificate was revoked: renew it.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Its certificate names other hosts: connect to one of them, or set tls: { servername }.',
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: CLIENT,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: CLIENT,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: CLIENT,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: CLIENT,
};

/**
 * Returns advice about a TLS handshake that failed, and that fails again until somebody changes the settings;
 * `undefined` for any other error. Never throws.
 */
export function tlsAdvice(error: unknown): string | undefined {
  const code = codeOf(error);
  return typeof code === 'string' && Object.hasOwn(ADVICE, code) ? ADVICE[code] : undefined;
}

function codeOf(error: unknown): unknown {
  try {
    return (error as { readonly code?: unknown } | null | undefined)?.code;
  } catch {
    return undefined; // a revoked Proxy, for instance
  }
}
