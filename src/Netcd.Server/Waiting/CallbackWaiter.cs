namespace Netcd.Server.Waiting;

/// <summary>Calls back with the result of a proposal of the member itself; on the thread that tells waiters.</summary>
internal sealed class CallbackWaiter(Action<Refusal> done) : IProposalWaiter
{
    public void Applied(in ApplyAnswer answer) => done(answer.Refusal);

    public void Refused(Refusal refusal) => done(refusal);
}
