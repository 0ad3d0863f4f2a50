using System.Globalization;
using System.Text;

namespace Netcd.Api.Profiles;

/// <summary>
/// The thread pool's figures and the threads as the kernel sees them. Managed stacks come with a recording
/// (<c>profile</c>): a process cannot walk the stacks of its own threads.
/// </summary>
internal static class ThreadsPage
{
    public static string Write()
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"pool_threads {ThreadPool.ThreadCount}\n");
        page.Append(CultureInfo.InvariantCulture, $"pool_waiting {ThreadPool.PendingWorkItemCount}\n");
        page.Append(CultureInfo.InvariantCulture, $"pool_completed_total {ThreadPool.CompletedWorkItemCount}\n");
        page.Append(CultureInfo.InvariantCulture, $"lock_contentions_total {Monitor.LockContentionCount}\n");
        page.Append(CultureInfo.InvariantCulture, $"timers {Timer.ActiveCount}\n");
        try
        {
            var tasks = Directory.GetDirectories("/proc/self/task");
            page.Append(CultureInfo.InvariantCulture, $"threads {tasks.Length}\n\n");
            page.Append("id state user_ticks system_ticks name\n");
            foreach (var task in tasks.OrderBy(task => task, StringComparer.Ordinal))
            {
                WriteThread(page, task);
            }
        }
        catch (IOException)
        {
            // No /proc here.
        }

        return page.ToString();
    }

    private static void WriteThread(StringBuilder page, string task)
    {
        try
        {
            // 8 (name with spaces) S 1 ...: after the name's bracket the state, and 11 fields on the two times.
            var stat = File.ReadAllText(Path.Combine(task, "stat"));
            var end = stat.LastIndexOf(')');
            var fields = stat[(end + 2)..].Split(' ');
            var name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end];
            page.Append(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileName(task)} {fields[0]} {fields[11]} {fields[12]} {name}\n");
        }
        catch (IOException)
        {
            // The thread has ended meanwhile.
        }
    }
}
