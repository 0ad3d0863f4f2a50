using Netcd.Server.Peers;

namespace Netcd.Peer.Tests.Support;

/// <summary>Keeps what was written.</summary>
internal sealed class FakeIncomingSnapshot : IncomingSnapshot
{
    private readonly MemoryStream _bytes = new();

    public byte[] Bytes => _bytes.ToArray();

    public bool IsComplete { get; private set; }

    public bool IsDisposed { get; private set; }

    public override void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public override void Complete() => IsComplete = true;

    protected override void Dispose(bool disposing) => IsDisposed = true;
}
