/** A self-signed certificate for 127.0.0.1 and localhost, with its private key, both in PEM. */
export type Certificate = { readonly cert: string; readonly key: string };

/** Makes a new certificate. Loads the library only when it is needed. */
export async function makeCertificate(): Promise<Certificate> {
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: 'vco-sweeper emulator' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    extensions: [
      // Clients trust it as an authority.
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}
