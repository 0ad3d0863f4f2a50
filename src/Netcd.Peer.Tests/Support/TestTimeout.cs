namespace Netcd.Peer.Tests.Support;

/// <summary>Bounds every wait of a test, so that a hang is a failure with a stack.</summary>
internal static class TestTimeout
{
    public static CancellationToken Token() => new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token;
}
