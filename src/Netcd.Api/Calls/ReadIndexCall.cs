using Netcd.Server;

namespace Netcd.Api.Calls;

/// <summary>Waits for a read index for a call that is off the hot paths.</summary>
/// <param name="then">Called once, on the member's thread, with the refusal or <see cref="Refusal.None"/>.</param>
internal sealed class ReadIndexCall(Action<Refusal> then) : IReadWaiter
{
    public void Ready() => then(Refusal.None);

    public void Refused(Refusal refusal) => then(refusal);
}
