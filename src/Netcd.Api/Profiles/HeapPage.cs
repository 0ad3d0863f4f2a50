using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Netcd.Api.Profiles;

/// <summary>What the garbage collector knows, as text.</summary>
internal static class HeapPage
{
    private static readonly string[] Generations = ["gen0", "gen1", "gen2", "large", "pinned"];

    public static string Write(HttpContext context)
    {
        if (context.Request.Query["gc"].ToString() is not ("" or "0"))
        {
            GC.Collect();
        }

        var info = GC.GetGCMemoryInfo(GCKind.Any);
        var page = new StringBuilder();
        Line(page, "allocated_bytes_total", GC.GetTotalAllocatedBytes());
        Line(page, "heap_bytes", info.HeapSizeBytes);
        Line(page, "heap_bytes_now", GC.GetTotalMemory(forceFullCollection: false));
        Line(page, "fragmented_bytes", info.FragmentedBytes);
        Line(page, "committed_bytes", info.TotalCommittedBytes);
        Line(page, "promoted_bytes", info.PromotedBytes);
        Line(page, "pinned_objects", info.PinnedObjectsCount);
        Line(page, "finalizers_pending", info.FinalizationPendingCount);
        Line(page, "memory_load_bytes", info.MemoryLoadBytes);
        Line(page, "memory_available_bytes", info.TotalAvailableMemoryBytes);
        Line(page, "process_bytes", Environment.WorkingSet);
        page.Append(CultureInfo.InvariantCulture, $"pause_percent {info.PauseTimePercentage}\n");
        page.Append(CultureInfo.InvariantCulture, $"pause_seconds_total {GC.GetTotalPauseDuration().TotalSeconds}\n");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            Line(page, $"collections_{Generations[generation]}", GC.CollectionCount(generation));
        }

        var sizes = info.GenerationInfo;
        for (var i = 0; i < Math.Min(sizes.Length, Generations.Length); i++)
        {
            Line(page, $"size_bytes_{Generations[i]}", sizes[i].SizeAfterBytes);
            Line(page, $"fragmented_bytes_{Generations[i]}", sizes[i].FragmentationAfterBytes);
        }

        return page.ToString();
    }

    private static void Line(StringBuilder page, string name, long value) =>
        page.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
}
