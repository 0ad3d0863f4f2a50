using Netcd.Server.Requests;

namespace Netcd.Server.SlowRequests;

/// <summary>
/// When the steps of a transaction were over, for its trace if it turns out to be slow: the comparisons, the checks,
/// then each operation. Small transactions are not measured: reading the clock is a noticeable part of one, and what is
/// slow about them is not in their steps. Applier only.
/// </summary>
internal sealed class TxnTimes(TimeProvider time)
{
    // From here on the steps are worth the clock: some 50 us of work.
    private const int MeasuredBytesMin = 2 * 1024;
    private const int MeasuredOperationsMin = 16;

    // More steps than a line shall have.
    private const int StepsMax = 256;

    private readonly List<long> _ends = [];
    private IReadOnlyList<bool> _path = [];
    private bool _isOn;

    /// <param name="request">The transaction that begins.</param>
    /// <param name="path">Which branches are taken; filled by the first step.</param>
    internal void Begin(in TxnRequestView request, IReadOnlyList<bool> path)
    {
        _ends.Clear();
        _path = path;
        _isOn = request.Message.Length >= MeasuredBytesMin
            || request.SuccessCount + request.FailureCount + request.CompareCount >= MeasuredOperationsMin
            || HasRange(request.Success)
            || HasRange(request.Failure);
    }

    /// <summary>The next step is over.</summary>
    internal void Mark()
    {
        if (_isOn && _ends.Count < StepsMax)
        {
            _ends.Add(time.GetTimestamp());
        }
    }

    /// <summary>The steps of the transaction that was run last.</summary>
    internal List<TraceStep> StepsOf(in TxnRequestView request)
    {
        var steps = new List<TraceStep>(_ends.Count);
        if (_isOn && _ends.Count >= 2)
        {
            steps.Add(new TraceStep("compare", _ends[0]));
            steps.Add(new TraceStep("check requests", _ends[1]));
            var position = 0;
            AddOperations(request, steps, ref position);
        }

        return steps;
    }

    /// <summary>How many answers the transaction that was run last has.</summary>
    internal int ResponsesOf(in TxnRequestView request) =>
        _path.Count > 0 && _path[0] ? request.SuccessCount : request.FailureCount;

    /// <summary>Whether it has put a key, be it in a nested transaction.</summary>
    internal bool HasPut(in TxnRequestView request)
    {
        var position = 0;
        return _path.Count > 0 && HasPut(request, ref position);
    }

    private bool HasPut(in TxnRequestView txn, ref int position)
    {
        foreach (var message in txn.Branch(_path[position++]))
        {
            var operation = RequestOpView.Parse(message);
            if (operation.Kind == RequestOpKind.Put
                || (operation.Kind == RequestOpKind.Txn
                    && HasPut(TxnRequestView.Parse(operation.Message), ref position)))
            {
                return true;
            }
        }

        return false;
    }

    private void AddOperations(in TxnRequestView txn, List<TraceStep> steps, ref int position)
    {
        foreach (var message in txn.Branch(_path[position++]))
        {
            var operation = RequestOpView.Parse(message);
            if (operation.Kind == RequestOpKind.Txn)
            {
                AddOperations(TxnRequestView.Parse(operation.Message), steps, ref position);
            }
            else if (operation.Kind != RequestOpKind.None && steps.Count < _ends.Count)
            {
                steps.Add(StepOf(operation, _ends[steps.Count]));
            }
        }
    }

    private static TraceStep StepOf(in RequestOpView operation, long end)
    {
        switch (operation.Kind)
        {
            case RequestOpKind.Range:
                var range = RangeRequestView.Parse(operation.Message);
                return new TraceStep(
                    "range keys from bolt db",
                    end,
                    $"{{req_type:range; range_begin:{KeyText.Of(range.Key)}; "
                    + $"range_end:{KeyText.Of(range.RangeEnd)}; }}");
            case RequestOpKind.Put:
                var put = PutRequestView.Parse(operation.Message);
                return new TraceStep(
                    "store kv pair into bolt db",
                    end,
                    $"{{req_type:put; key:{KeyText.Of(put.Key)}; req_size:{operation.Message.Length}; }}");
            default:
                var deletion = DeleteRangeRequestView.Parse(operation.Message);
                return new TraceStep(
                    "delete keys",
                    end,
                    $"{{req_type:delete_range; range_begin:{KeyText.Of(deletion.Key)}; "
                    + $"range_end:{KeyText.Of(deletion.RangeEnd)}; }}");
        }
    }

    private static bool HasRange(RepeatedMessages operations)
    {
        foreach (var message in operations)
        {
            var operation = RequestOpView.Parse(message);
            if ((operation.Kind == RequestOpKind.Range
                    && !RangeRequestView.Parse(operation.Message).RangeEnd.IsEmpty)
                || (operation.Kind == RequestOpKind.DeleteRange
                    && !DeleteRangeRequestView.Parse(operation.Message).RangeEnd.IsEmpty))
            {
                return true;
            }
        }

        return false;
    }
}
