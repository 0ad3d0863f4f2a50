using System.Runtime.InteropServices;

namespace Netcd.CommandLine;

/// <summary>SIGINT and SIGTERM end a command's work instead of the process, for as long as this lives.</summary>
public sealed class SignalScope : IDisposable
{
    // What a shell shows for a program that a signal ended.
    private const int SignalExitBase = 128;

    private readonly CancellationTokenSource _cancel;
    private readonly PosixSignalRegistration[] _registrations;
    private readonly bool _endsAtSecond;

    // 0 until the first signal.
    private volatile int _signal;

    /// <param name="outer">Ends the work too.</param>
    /// <param name="endsAtSecond">The second signal ends the process: the work may end at a cluster that nobody
    /// reaches, and leaves nothing behind that does not go by itself.</param>
    public SignalScope(CancellationToken outer, bool endsAtSecond = false)
    {
        _endsAtSecond = endsAtSecond;
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, 2)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, 15)),
        ];
        Token = _cancel.Token;
    }

    public CancellationToken Token { get; }

    /// <summary>Whether a signal came.</summary>
    public bool IsSignalled => _signal != 0;

    /// <summary>How a command ends that the signal stopped, once it has tidied up.</summary>
    public ExitException Interrupted(string message) => new(SignalExitBase + _signal, message);

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _cancel.Dispose();
    }

    private void OnSignal(PosixSignalContext context, int number)
    {
        context.Cancel = !(_endsAtSecond && _cancel.IsCancellationRequested);
        _signal = number;
        _cancel.Cancel();
    }
}
