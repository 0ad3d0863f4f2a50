using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Printing;

internal sealed class TablePrinter(ProgramConsole console) : Printer(console, "table")
{
    public override void MemberList(MemberListResponse answer) => Print(Rows.MemberTitles, Rows.Of(answer));

    public override void EndpointHealth(IReadOnlyList<HealthRow> rows) => Print(Rows.HealthTitles, Rows.Of(rows));

    public override void EndpointStatus(IReadOnlyList<StatusRow> rows) => Print(Rows.StatusTitles, Rows.Of(rows));

    public override void EndpointHashKv(IReadOnlyList<HashRow> rows) => Print(Rows.HashTitles, Rows.Of(rows));

    private void Print(string[] titles, List<string[]> rows) => Console.Write(BoxTable.Format(titles, rows));
}
