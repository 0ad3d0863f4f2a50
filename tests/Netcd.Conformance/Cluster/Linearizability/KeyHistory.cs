namespace Netcd.Conformance.Cluster.Linearizability;

/// <summary>The search for one key: see <see cref="LinearizabilityChecker"/>.</summary>
internal sealed class KeyHistory
{
    // Called, not placed yet, in the order of their answers.
    private readonly List<Operation> _open = [];
    private readonly Queue<Operation> _uncalled;
    private readonly List<StoreEvent> _states;
    private readonly Dictionary<long, Operation> _writers = [];

    // How many of the key's writes have been placed; the state is that after the last of them.
    private int _written;

    public KeyHistory(IEnumerable<Operation> operations, IEnumerable<StoreEvent> events)
    {
        _states = [.. events.OrderBy(change => change.Revision)];
        var done = new List<Operation>();
        foreach (var operation in operations)
        {
            if (RevisionOf(operation) is { } revision)
            {
                _writers[revision] = operation;
                done.Add(operation);
            }
            else if (operation.IsAnswered)
            {
                done.Add(operation);
            }
        }

        _uncalled = new Queue<Operation>(done.OrderBy(operation => operation.Called));
    }

    private StoreEvent? State => _written == 0 ? null : _states[_written - 1];

    private long StateRevision => State?.Value is null ? 0 : State.Revision;

    public string? FindViolation()
    {
        while (true)
        {
            CallWhatMayBeNext();
            if (_open.Count == 0)
            {
                return null;
            }

            if (_open.RemoveAll(IsTrueNow) > 0)
            {
                continue;
            }

            // A deletion without an answer has no value by which it could be told from others: its event needs no caller.
            var next = _written < _states.Count ? _states[_written] : null;
            var writer = next is null ? null : _writers.GetValueOrDefault(next.Revision);
            if (next is null || (writer is null && next.Value is not null))
            {
                return Describe();
            }

            if (writer is not null && (!_open.Contains(writer) || !MayWriteNow(writer)))
            {
                return Describe();
            }

            if (writer is not null)
            {
                _open.Remove(writer);
            }

            _written++;
        }
    }

    // What is called after the first answer that is still open cannot come before it.
    private void CallWhatMayBeNext()
    {
        while (_uncalled.TryPeek(out var next) && _open.All(operation => next.Called <= operation.Returned))
        {
            _open.Add(_uncalled.Dequeue());
        }
    }

    private bool IsTrueNow(Operation operation)
    {
        if (RevisionOf(operation) is not null)
        {
            return false;
        }

        return operation.Kind switch
        {
            OperationKind.Delete => StateRevision == 0,
            OperationKind.CompareAndPut when operation.Expected == StateRevision => false,
            _ => operation.SeenRevision == StateRevision && operation.Seen == (StateRevision == 0 ? null : State!.Value),
        };
    }

    private bool MayWriteNow(Operation writer) => writer.Kind switch
    {
        OperationKind.Delete => StateRevision != 0,
        OperationKind.CompareAndPut => writer.Expected == StateRevision,
        _ => true,
    };

    // The revision at which an operation wrote; null if it did not, or nobody will ever know.
    private long? RevisionOf(Operation operation)
    {
        if (operation.IsAnswered)
        {
            return operation.HasWritten ? operation.Revision : null;
        }

        return operation.Written.Length == 0
            ? null
            : _states.Find(change => change.Value == operation.Written)?.Revision;
    }

    private string Describe() =>
        $"no order explains what is open after {_written} writes, in state {State}: "
        + string.Join("; ", _open.OrderBy(operation => operation.Returned).Take(10));
}
