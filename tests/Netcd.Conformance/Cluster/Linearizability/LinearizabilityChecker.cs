namespace Netcd.Conformance.Cluster.Linearizability;

/// <summary>
/// Finds out whether a history could have come from one store that does one request after the other, each somewhere
/// between its call and its answer (Herlihy and Wing). In general that search is exponential; here the store itself names
/// the order of its writes, by their revisions, so that only the place of the reads is open, and a read that fits the
/// present state never does harm by being placed at once: the search of Wing and Gong without its backtracking.
/// </summary>
internal static class LinearizabilityChecker
{
    /// <summary>Why the history is impossible; null if it is linearizable.</summary>
    /// <param name="history">Every request that was made.</param>
    /// <param name="events">Every event of the store, as a watcher saw them; settles what unanswered writes did.</param>
    public static string? FindViolation(IReadOnlyList<Operation> history, IReadOnlyList<StoreEvent> events) =>
        FindWrongEvent(history, events) ?? FindStepBack(history) ?? FindImpossibleKey(history, events);

    // Every acknowledged write is in the store's history as it was acknowledged, and nothing is there that nobody wrote.
    private static string? FindWrongEvent(IReadOnlyList<Operation> history, IReadOnlyList<StoreEvent> events)
    {
        var byRevision = new Dictionary<long, StoreEvent>();
        foreach (var change in events)
        {
            if (!byRevision.TryAdd(change.Revision, change))
            {
                return $"two events have revision {change.Revision}";
            }
        }

        foreach (var write in history.Where(operation => operation is { IsAnswered: true, HasWritten: true }))
        {
            var expected = write.Kind == OperationKind.Delete ? null : write.Written;
            if (!byRevision.TryGetValue(write.Revision, out var change)
                || change.Key != write.Key || change.Value != expected)
            {
                return $"the acknowledged {write} is not in the store's history: {change}";
            }
        }

        var attempted = history.Select(operation => operation.Written).ToHashSet(StringComparer.Ordinal);
        var invented = events.FirstOrDefault(change => change.Value is not null && !attempted.Contains(change.Value));
        if (invented is not null)
        {
            return $"nobody wrote {invented}";
        }

        var doubled = events.Where(change => change.Value is not null).GroupBy(change => change.Value)
            .FirstOrDefault(group => group.Count() > 1);
        return doubled is null ? null : $"written more than once: {string.Join(", ", doubled)}";
    }

    // The header tells the store's revision: whoever asks after an answer came sees at least the revision of that answer,
    // whatever their keys are.
    private static string? FindStepBack(IReadOnlyList<Operation> history)
    {
        var answered = history.Where(operation => operation.IsAnswered).ToList();
        var returns = answered.OrderBy(operation => operation.Returned).ToList();
        Operation? newest = null;
        var next = 0;
        foreach (var operation in answered.OrderBy(operation => operation.Called))
        {
            for (; next < returns.Count && returns[next].Returned < operation.Called; next++)
            {
                newest = newest is null || returns[next].Revision > newest.Revision ? returns[next] : newest;
            }

            if (newest is not null && operation.Revision < newest.Revision)
            {
                return $"{operation} went back behind {newest}, which was over before";
            }
        }

        return null;
    }

    private static string? FindImpossibleKey(IReadOnlyList<Operation> history, IReadOnlyList<StoreEvent> events)
    {
        var eventsByKey = events.ToLookup(change => change.Key, StringComparer.Ordinal);
        return history.GroupBy(operation => operation.Key, StringComparer.Ordinal)
            .Select(group => new KeyHistory(group, eventsByKey[group.Key]).FindViolation())
            .FirstOrDefault(violation => violation is not null);
    }
}
