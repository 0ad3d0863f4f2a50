using Google.Protobuf;
using Netcd.CommandLine;
using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Printing;

/// <summary>
/// The answers' bytes. Of the answers about leases etcdctl prints the header alone, since its own types for them wrap
/// nothing else that knows how to be written; a lease's answer in this format has to be the same.
/// </summary>
internal sealed class ProtobufPrinter(ProgramConsole console) : Printer(console, "protobuf")
{
    public override void Grant(LeaseGrantResponse answer) => Message(answer.Header);

    public override void KeepAlive(LeaseKeepAliveResponse answer) => Message(answer.Header);

    public override void TimeToLive(LeaseTimeToLiveResponse answer, bool withKeys) => Message(answer.Header);

    public override void Leases(LeaseLeasesResponse answer) => Message(answer.Header);

    public override void Watch(WatchResponse answer)
    {
        var printed = answer.Clone();
        printed.WatchId = 0;
        printed.CancelReason = "";
        Message(printed);
    }

    protected override void Message(IMessage answer) => Console.Write(answer.ToByteArray());
}
