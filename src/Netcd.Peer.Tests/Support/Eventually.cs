namespace Netcd.Peer.Tests.Support;

/// <summary>Waits for what another thread brings about.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition)
    {
        var timeout = TestTimeout.Token();
        while (!condition())
        {
            await Task.Delay(5, timeout);
        }
    }
}
