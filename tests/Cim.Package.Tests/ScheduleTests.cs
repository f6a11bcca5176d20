namespace Cim.Package.Tests;

/// <summary>A schedule that an item asks for, from the line of the build to the program that reads it.</summary>
[Collection(PackageTestGroup.Name)]
public class ScheduleTests(PackedSdk sdk)
{
    private const string Program = """
        using App;
        using Cim.Runtime;

        foreach (ScheduleCost? s in (ScheduleCost?[])[Fast.Info.Cost.Schedule, Busy.Info.Cost.Schedule, Plain.Info.Cost.Schedule])
            Console.WriteLine(s is null ? "none" : FormattableString.Invariant(
                $"{s.For}: {s.LatencyNs:#,0} ns, {s.ThroughputPerSecond:#,0} inferences/s, {s.EnergyPj:#,0} pJ; ")
                + $"{s.CalibratedEnergyPj < s.EnergyPj} {s.Arrays} {s.NotModelled.Length > 0}");
        """;

    [Fact]
    public void An_item_for_latency_or_throughput_has_its_schedule_in_the_result_line_and_in_the_class()
    {
        TemporaryProject project = sdk.Project().Write("Program.cs", Program).Write("calibration.npz", Networks.Data(64, labelled: false));
        foreach (string model in (string[])["fast", "busy", "plain"]) project.Write(model + ".onnx", Networks.Perceptron());
        project.WithItems("""
            <CimModel Include="fast.onnx" Calibration="calibration.npz" ScheduleFor="latency" />
            <CimModel Include="busy.onnx" Calibration="calibration.npz" ScheduleFor="throughput" CopiesWithin="12" />
            <CimModel Include="plain.onnx" Calibration="calibration.npz" />
            """);

        CommandResult built = project.Build().Succeeds();
        string[] program = project.Run().Succeeds().Output.Trim().Split('\n', StringSplitOptions.TrimEntries);
        Assert.Equal("none", program[2]);
        foreach ((string goal, string line) in new[] { ("latency", program[0]), ("throughput", program[1]) })
        {
            Assert.StartsWith(goal + ": ", line, StringComparison.Ordinal);
            string figures = line[(goal.Length + 2)..line.IndexOf(';', StringComparison.Ordinal)];
            Assert.Contains($"scheduled for {goal}: {figures}", built.Output, StringComparison.Ordinal);
            Assert.StartsWith("True ", line[(line.IndexOf(';', StringComparison.Ordinal) + 2)..], StringComparison.Ordinal);
            Assert.EndsWith(" True", line, StringComparison.Ordinal);
        }

        // Up to date, the line still says it.
        CommandResult again = project.Build("--no-restore").Succeeds();
        Assert.Equal(0, again.Compilations);
        Assert.Contains("scheduled for latency: ", again.Output, StringComparison.Ordinal);
        Assert.Contains("report.html", again.Output, StringComparison.Ordinal);
        Assert.Contains("Scheduled for latency", File.ReadAllText(project["obj/Debug/net10.0/cim/fast.report/report.html"]),
            StringComparison.Ordinal);
    }
}
