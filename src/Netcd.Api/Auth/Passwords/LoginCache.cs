using System.Security.Cryptography;
using Netcd.Base.Protobuf;
using Netcd.Mvcc;

namespace Netcd.Api.Auth.Passwords;

/// <summary>
/// Remembers which passwords were found right, so that the next login of the same user need not pay for bcrypt again.
/// </summary>
/// <remarks>
/// What is kept is a keyed hash over user record and password, with a key that never leaves this process: from it
/// nobody can try passwords, not even with the memory at hand but without the key. The record holds the stored hash, so
/// that whatever changes the user makes the entry useless. Only successes are kept: each wrong guess costs a full
/// bcrypt, as the first right one does.
/// </remarks>
internal sealed class LoginCache
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _lock = new();

    // Guarded by _lock. Two generations: what was not used since the younger one began goes with the older one.
    private HashSet<LoginDigest> _young = [];
    private HashSet<LoginDigest> _old = [];

    /// <summary>What stands for a login.</summary>
    public LoginDigest DigestOf(AuthUser user, ReadOnlySpan<byte> password)
    {
        var record = AuthRecord.Encode(user);
        var content = new byte[ProtoSize.Delimited(1, record.Length) + password.Length];
        var writer = new ProtoWriter(content);
        writer.Delimited(1, record);
        writer.Raw(password);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, content, digest);
        CryptographicOperations.ZeroMemory(content);
        return new LoginDigest(digest);
    }

    public bool Contains(in LoginDigest digest)
    {
        lock (_lock)
        {
            if (_young.Contains(digest))
            {
                return true;
            }

            if (!_old.Contains(digest))
            {
                return false;
            }

            AddLocked(digest);
            return true;
        }
    }

    public void Add(in LoginDigest digest)
    {
        lock (_lock)
        {
            AddLocked(digest);
        }
    }

    private void AddLocked(in LoginDigest digest)
    {
        if (_young.Count >= Limits.LoginsRemembered)
        {
            (_old, _young) = (_young, _old);
            _young.Clear();
        }

        _young.Add(digest);
    }
}
