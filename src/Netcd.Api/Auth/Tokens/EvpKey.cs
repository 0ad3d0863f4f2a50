using Microsoft.Win32.SafeHandles;

namespace Netcd.Api.Auth.Tokens;

/// <summary>A key inside of OpenSSL.</summary>
internal sealed class EvpKey() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    public EvpKey(nint key)
        : this() => SetHandle(key);

    protected override bool ReleaseHandle()
    {
        Evp.EVP_PKEY_free(handle);
        return true;
    }
}
