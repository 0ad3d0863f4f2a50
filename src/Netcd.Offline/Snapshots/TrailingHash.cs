using System.Security.Cryptography;

namespace Netcd.Offline.Snapshots;

/// <summary>
/// SHA-256 of all bytes but the last few, which are the hash that was sent along: which ones those are shows at the
/// end only.
/// </summary>
internal sealed class TrailingHash(int trailerBytes) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _trailer = new byte[trailerBytes];
    private int _held;

    public void Append(ReadOnlySpan<byte> data)
    {
        var surplus = _held + data.Length - trailerBytes;
        if (surplus <= 0)
        {
            data.CopyTo(_trailer.AsSpan(_held));
            _held += data.Length;
            return;
        }

        var leaving = Math.Min(_held, surplus);
        _hash.AppendData(_trailer.AsSpan(0, leaving));
        _trailer.AsSpan(leaving, _held - leaving).CopyTo(_trailer);
        _held -= leaving;
        var hashed = surplus - leaving;
        _hash.AppendData(data[..hashed]);
        data[hashed..].CopyTo(_trailer.AsSpan(_held));
        _held += data.Length - hashed;
    }

    /// <summary>The hash and the bytes behind what it covers: fewer than asked for if there were no more.</summary>
    public (byte[] Hash, byte[] Trailer) Finish() => (_hash.GetHashAndReset(), _trailer[.._held]);

    public void Dispose() => _hash.Dispose();
}
