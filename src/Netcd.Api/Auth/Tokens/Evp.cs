using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Netcd.Api.Auth.Tokens;

/// <summary>
/// Ed25519 of the OpenSSL that the runtime itself stands on: .NET has nothing of Edwards curves. Since OpenSSL 1.1.1;
/// systems without it have none. Any thread. Doc: EVP_PKEY_new(3), EVP_DigestSignInit(3), EVP_SIGNATURE-ED25519(7).
/// </summary>
internal static class Evp
{
    public const int KeyBytes = 32;
    public const int SignatureBytes = 64;

    private const string Library = "libcrypto";
    private const int Ed25519 = 1087;

    private static readonly string[] Files =
        ["libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so", "libcrypto.3.dylib", "libcrypto-3-x64.dll"];

    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Whether this system has it.</summary>
    public static bool IsAvailable => Loaded.Value;

    /// <summary>The key that an RFC 8032 seed stands for.</summary>
    /// <exception cref="CryptographicException">OpenSSL takes none: it may be told to keep to FIPS.</exception>
    public static EvpKey PrivateKey(byte[] seed) =>
        Checked(EVP_PKEY_new_raw_private_key(Ed25519, 0, seed, (nuint)seed.Length));

    /// <exception cref="CryptographicException">As above.</exception>
    public static EvpKey PublicKey(byte[] bytes) =>
        Checked(EVP_PKEY_new_raw_public_key(Ed25519, 0, bytes, (nuint)bytes.Length));

    /// <exception cref="CryptographicException">OpenSSL failed.</exception>
    public static byte[] PublicBytes(EvpKey key)
    {
        var bytes = new byte[KeyBytes];
        var length = (nuint)bytes.Length;
        return EVP_PKEY_get_raw_public_key(key, bytes, ref length) == 1 ? bytes : throw Failed();
    }

    /// <exception cref="CryptographicException">OpenSSL failed.</exception>
    public static byte[] Sign(EvpKey key, byte[] content)
    {
        var context = EVP_MD_CTX_new();
        try
        {
            var signature = new byte[SignatureBytes];
            var length = (nuint)signature.Length;
            return EVP_DigestSignInit(context, 0, 0, 0, key) == 1
                && EVP_DigestSign(context, signature, ref length, content, (nuint)content.Length) == 1
                && length == SignatureBytes
                ? signature
                : throw Failed();
        }
        finally
        {
            EVP_MD_CTX_free(context);
        }
    }

    /// <exception cref="CryptographicException">OpenSSL failed.</exception>
    public static bool Verify(EvpKey key, byte[] content, byte[] signature)
    {
        var context = EVP_MD_CTX_new();
        try
        {
            return EVP_DigestVerifyInit(context, 0, 0, 0, key) == 1
                ? EVP_DigestVerify(context, signature, (nuint)signature.Length, content, (nuint)content.Length) == 1
                : throw Failed();
        }
        finally
        {
            // A signature that is none leaves an error in the thread's queue, where others of OpenSSL would find it.
            ERR_clear_error();
            EVP_MD_CTX_free(context);
        }
    }

    private static EvpKey Checked(nint key) => key != 0 ? new EvpKey(key) : throw Failed();

    private static CryptographicException Failed()
    {
        ERR_clear_error();
        return new CryptographicException("OpenSSL refuses Ed25519");
    }

    private static bool Load()
    {
        foreach (var file in Files)
        {
            if (NativeLibrary.TryLoad(file, out var library))
            {
                if (!NativeLibrary.TryGetExport(library, nameof(EVP_DigestSign), out _))
                {
                    continue;
                }

                NativeLibrary.SetDllImportResolver(
                    typeof(Evp).Assembly, (name, _, _) => name == Library ? library : 0);
                return true;
            }
        }

        return false;
    }

#pragma warning disable SYSLIB1054, IDE1006, CA5392 // The generated form needs unsafe code; the names are OpenSSL's.
    [DllImport(Library)]
    internal static extern void EVP_PKEY_free(nint key);

    [DllImport(Library)]
    private static extern nint EVP_PKEY_new_raw_private_key(int type, nint engine, byte[] bytes, nuint length);

    [DllImport(Library)]
    private static extern nint EVP_PKEY_new_raw_public_key(int type, nint engine, byte[] bytes, nuint length);

    [DllImport(Library)]
    private static extern int EVP_PKEY_get_raw_public_key(EvpKey key, byte[] bytes, ref nuint length);

    [DllImport(Library)]
    private static extern nint EVP_MD_CTX_new();

    [DllImport(Library)]
    private static extern void EVP_MD_CTX_free(nint context);

    [DllImport(Library)]
    private static extern int EVP_DigestSignInit(nint context, nint keyContext, nint digest, nint engine, EvpKey key);

    [DllImport(Library)]
    private static extern int EVP_DigestSign(
        nint context, byte[] signature, ref nuint signatureLength, byte[] content, nuint length);

    [DllImport(Library)]
    private static extern int EVP_DigestVerifyInit(nint context, nint keyContext, nint digest, nint engine, EvpKey key);

    [DllImport(Library)]
    private static extern int EVP_DigestVerify(
        nint context, byte[] signature, nuint signatureLength, byte[] content, nuint length);

    [DllImport(Library)]
    private static extern void ERR_clear_error();
#pragma warning restore SYSLIB1054, IDE1006, CA5392
}
