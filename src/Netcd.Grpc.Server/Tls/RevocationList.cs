using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// The serial numbers of a certificate revocation list (RFC 5280 section 5). As etcd does, only the serials count:
/// issuer, signature and dates are not looked at.
/// </summary>
internal sealed class RevocationList
{
    private readonly HashSet<BigInteger> _serials = [];

    private RevocationList()
    {
    }

    /// <param name="contents">DER, or PEM with label "X509 CRL".</param>
    /// <exception cref="CryptographicException">It is neither.</exception>
    public static RevocationList Parse(byte[] contents)
    {
        var der = contents;
        var text = System.Text.Encoding.Latin1.GetString(contents);
        if (PemEncoding.TryFind(text, out var fields))
        {
            der = Convert.FromBase64String(text[fields.Base64Data]);
        }

        try
        {
            return ParseDer(der);
        }
        catch (AsnContentException error)
        {
            throw new CryptographicException("x509: malformed crl", error);
        }
    }

    /// <summary>Whether a certificate's serial number (big endian) is listed.</summary>
    public bool Contains(ReadOnlySpan<byte> serial) =>
        _serials.Contains(new BigInteger(serial, isUnsigned: false, isBigEndian: true));

    private static RevocationList ParseDer(byte[] der)
    {
        // CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue }
        var list = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        var body = list.ReadSequence();

        // TBSCertList ::= SEQUENCE { version?, signature, issuer, thisUpdate, nextUpdate?, revokedCertificates?, [0]? }
        if (body.PeekTag() == Asn1Tag.Integer)
        {
            body.ReadEncodedValue();
        }

        body.ReadSequence();
        body.ReadSequence();
        body.ReadEncodedValue();
        if (body.HasData && body.PeekTag() is { TagClass: TagClass.Universal } tag && tag.TagValue is
            (int)UniversalTagNumber.UtcTime or (int)UniversalTagNumber.GeneralizedTime)
        {
            body.ReadEncodedValue();
        }

        var revoked = new RevocationList();
        if (body.HasData && body.PeekTag() == Asn1Tag.Sequence)
        {
            var entries = body.ReadSequence();
            while (entries.HasData)
            {
                revoked._serials.Add(entries.ReadSequence().ReadInteger());
            }
        }

        // What follows must be whole, or half of a file would pass for a list.
        while (body.HasData)
        {
            body.ReadEncodedValue();
        }

        list.ReadSequence();
        list.ReadEncodedValue();
        list.ThrowIfNotEmpty();
        return revoked;
    }
}
