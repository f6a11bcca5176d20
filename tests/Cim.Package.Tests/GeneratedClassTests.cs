namespace Cim.Package.Tests;

/// <summary>What the generated class does with data, from the package to the running program.</summary>
[Collection(PackageTestGroup.Name)]
public class GeneratedClassTests(PackedSdk sdk)
{
    private const string Program = """
        using App;
        using Cim.Runtime;

        byte[] bytes = new byte[2 * Mlp.FeaturesLength];
        new Random(1).NextBytes(bytes);
        float[] floats = Array.ConvertAll(bytes, b => (float)(b * (1 / 255.0)));

        Mlp.Shared.Dispose();
        Mlp.Shared.Model.Dispose();
        Mlp.Outputs raw = Mlp.Shared.RunBatch(bytes, 2), given = Mlp.Shared.RunBatch(floats, 2);
        Console.WriteLine($"same {raw.ClassScores.SequenceEqual(given.ClassScores)} {ReferenceEquals(Mlp.Shared, Mlp.Shared)}");

        Prediction[] top = raw[1].Top(9);
        bool ordered = top.Zip(top.Skip(1)).All(pair => pair.First.Score >= pair.Second.Score);
        bool named = top.All(p => p.Label == Mlp.Info.Labels[p.Index] && p.Score == raw[1].ClassScores[p.Index]);
        Console.WriteLine($"top {top.Length} {ordered} {named}");
        try { raw.Top(1); } catch (InvalidOperationException) { Console.WriteLine("several samples"); }

        var one = new RunOptions { MaxThreads = 1 };
        float[] scores = new float[8], sum = new float[6], positive = new float[6], eyes = new float[12];
        eyes[0] = 1;
        using Two two = Two.Load();
        long allocated = 0;
        for (int i = 0; i < 300; i++)
        {
            if (i == 200) allocated = GC.GetAllocatedBytesForCurrentThread();
            Mlp.Shared.RunBatch(bytes, scores, 2, one);
            two.RunBatch(eyes, sum, positive, 2, one);
        }
        Console.WriteLine($"allocated {GC.GetAllocatedBytesForCurrentThread() - allocated}");

        int different = 0;
        Parallel.For(0, 64, _ =>
        {
            float[] own = new float[6];
            two.RunBatch(eyes, own, new float[6], 2);
            if (!own.AsSpan().SequenceEqual(sum)) Interlocked.Increment(ref different);
        });
        Console.WriteLine($"different {different}");
        """;

    [Fact]
    public void Bytes_labels_samples_and_the_shared_instance_work_without_copies_and_from_many_threads()
    {
        TemporaryProject project = Project("north\neast\nsouth\nwest\n").Write("two.onnx", Networks.TwoOutputs())
            .Write("Program.cs", Program);
        project.Build().Succeeds();
        Assert.Equal(["same True True", "top 4 True True", "several samples", "allocated 0", "different 0"],
            project.Run().Succeeds().Output.Trim().Split('\n'));
    }

    [Fact]
    public void Changed_labels_are_compiled_again_and_wrong_ones_are_an_error_of_their_line()
    {
        TemporaryProject project = Project("north\neast\nsouth\nwest\n").Write("two.onnx", Networks.TwoOutputs())
            .Write("Program.cs", "Console.WriteLine(string.Join(' ', App.Mlp.Info.Labels));");
        Assert.Equal(2, project.Build().Succeeds().Compilations);
        Assert.Equal(0, project.Build("--no-restore").Succeeds().Compilations);
        Assert.Equal("north east south west", project.Run().Succeeds().Output.Trim());

        project.Write("labels.txt", "up\nright\ndown\nleft\n");
        Assert.Equal(1, project.Build("--no-restore").Succeeds().Compilations);
        Assert.Equal("up right down left", project.Run().Succeeds().Output.Trim());

        project.Write("labels.txt", "up\nright\ndown\n");
        CommandResult failed = project.Build("--no-restore").FailsWith("CIM0015");
        Assert.Contains("labels.txt(3,1)", failed.Output, StringComparison.Ordinal);
        File.Delete(project["labels.txt"]);
        project.Build("--no-restore").FailsWith("CIM0001");
    }

    private TemporaryProject Project(string labels) => sdk.Project().Write("mlp.onnx", Networks.Perceptron()).Write("labels.txt", labels)
        .WithItems("""<CimModel Include="mlp.onnx" Scale="1/255" Labels="labels.txt" /><CimModel Include="two.onnx" />""");
}
