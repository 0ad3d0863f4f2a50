namespace Netcd.Server.Tests;

/// <summary>Waits for one proposal and keeps its answer.</summary>
internal sealed class ReplyWaiter : IProposalWaiter, IReadWaiter
{
    private readonly TaskCompletionSource<Reply> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<Reply> Result => _done.Task;

    public void Applied(in ApplyAnswer answer) =>
        _done.SetResult(new Reply(answer.Refusal, answer.Revision, answer.Body.ToArray(), IsApplied: true));

    public void Ready() => _done.SetResult(new Reply(Refusal.None, 0, [], IsApplied: true));

    public void Refused(Refusal refusal) => _done.SetResult(new Reply(refusal, 0, [], IsApplied: false));
}
