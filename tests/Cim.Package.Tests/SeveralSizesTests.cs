namespace Cim.Package.Tests;

/// <summary>One class for several sizes of a network, and inputs with fixed values, from the item to the running program.</summary>
[Collection(PackageTestGroup.Name)]
public class SeveralSizesTests(PackedSdk sdk)
{
    private const string Program = """
        using App;
        using Cim.Runtime;

        Console.WriteLine(string.Join(' ', Sizes.FramesLengths) + " " + string.Join(' ', Sizes.ScoresLengths));
        float[] Frames(int length) => [.. Enumerable.Range(0, 2 * length * 4).Select(i => MathF.Sin(i))];
        foreach (int length in (int[])[3, 8, 20])
        {
            Sizes.Outputs scores = Sizes.Shared.RunBatch(Frames(length), 2);
            Console.WriteLine($"{length}: {scores.Scores.Length} {scores[1].Scores.Length}");
        }
        float[] wanted = new float[2 * 8 * 3];
        Eight.Shared.RunBatch(Frames(8), wanted, 2);
        Console.WriteLine(Sizes.Shared.RunBatch(Frames(8), 2).Scores.SequenceEqual(wanted));

        try { Sizes.Shared.Run(new float[7 * 4]); } catch (CimException e) { Console.WriteLine(e.Code + " " + e.Message); }

        var one = new RunOptions { MaxThreads = 1 };
        float[] x = Frames(20), y = new float[2 * 20 * 3];
        long allocated = 0;
        for (int i = 0; i < 300; i++)
        {
            if (i == 200) allocated = GC.GetAllocatedBytesForCurrentThread();
            Sizes.Shared.RunBatch(x, y, 2, one);
        }
        Console.WriteLine($"allocated {GC.GetAllocatedBytesForCurrentThread() - allocated}");
        foreach (ModelPlan plan in Sizes.Info.Plans) Console.WriteLine(plan.Dims + " " + plan.Inputs.Length);
        """;

    [Fact]
    public void A_class_runs_every_size_it_was_compiled_for_and_refuses_others()
    {
        TemporaryProject project = sdk.Project().Write("net.onnx", Networks.Sequence()).Write("eight.onnx", Networks.Sequence())
            .Write("x.npy", Networks.Frames(16, 8)).Write("Program.cs", Program).WithItems("""
                <CimModel Include="net.onnx" ClassName="Sizes" Dims="sequence=3|8|20" Fix="rate=0.5" Calibration="x.npy" />
                <CimModel Include="eight.onnx" ClassName="Eight" Dim="sequence=8" Fix="rate=0.5" Calibration="x.npy" />
                """);
        project.Build().Succeeds();
        Assert.Equal(
            [
                "12 32 80 9 24 60", "3: 18 9", "8: 48 24", "20: 120 60", "True",
                "CIM4002 No plan of the model takes 'frames' with 28 values for 1 sample; its plans take 'frames' with 12 (sequence=3); "
                    + "'frames' with 32 (sequence=8); 'frames' with 80 (sequence=20).",
                "allocated 0", "sequence=3 1", "sequence=8 1", "sequence=20 1",
            ],
            project.Run().Succeeds().Output.Trim().Split('\n'));

        Assert.Equal(0, project.Build("--no-restore").Succeeds().Compilations);
    }

    [Fact]
    public void Sizes_that_contradict_each_other_are_an_error_in_the_words_of_the_item() => sdk.Project()
        .Write("net.onnx", Networks.Sequence()).Write("Program.cs", "")
        .WithItems("""<CimModel Include="net.onnx" Dims="sequence=3|8;frames:2=4|4|4" Fix="rate=1" />""")
        .Build().FailsWith("CIM0010");
}
