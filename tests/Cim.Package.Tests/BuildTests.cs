namespace Cim.Package.Tests;

[Collection(PackageTestGroup.Name)]
public class BuildTests(PackedSdk sdk)
{
    private const string Compiled = ": compiled";
    private const string FromCache = ": taken from the cache";

    private const string Program = """
        using App;
        using var model = Mlp.Load();
        ReadOnlySpan<float> scores = model.Run(new float[Mlp.FeaturesLength]).ClassScores;
        Console.WriteLine($"{scores.Length} scores, {Mlp.Info.Cost.Arrays > 0}, {Mlp.Info.Cost.LatencyNs > 0}, {Mlp.Info.Hardware}");
        """;

    [Fact]
    public void One_line_gives_a_class_that_runs_and_a_second_build_does_nothing()
    {
        TemporaryProject project = Perceptron("");

        CommandResult first = project.Build().Succeeds();
        Assert.Equal(1, first.Count(Compiled));
        Assert.Contains("warning CIM3001", first.Output, StringComparison.Ordinal);
        Assert.Contains("4 scores, True, True, isaac", project.Run().Succeeds().Output, StringComparison.Ordinal);
        DateTime written = File.GetLastWriteTimeUtc(project["obj/Debug/net10.0/cim/mlp.cim"]);
        DateTime linked = File.GetLastWriteTimeUtc(project["bin/Debug/net10.0/App.dll"]);

        CommandResult second = project.Build("--no-restore").Succeeds();
        Assert.Equal(0, second.Count(Compiled) + second.Count(FromCache));
        Assert.Contains("warning CIM3001", second.Output, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(project["obj/Debug/net10.0/cim/mlp.cim"]));
        Assert.Equal(linked, File.GetLastWriteTimeUtc(project["bin/Debug/net10.0/App.dll"]));
    }

    [Fact]
    public void Changed_options_data_and_models_are_compiled_again_and_known_ones_come_from_the_cache()
    {
        TemporaryProject project = Perceptron("Calibration=\"calibration.npz\" WeightBits=\"8\"")
            .Write("calibration.npz", Networks.Data(64, labelled: false));
        Assert.Equal(1, project.Build().Succeeds().Count(Compiled));

        project.WithItems("""<CimModel Include="mlp.onnx" Calibration="calibration.npz" WeightBits="4" />""");
        Assert.Equal(1, project.Build("--no-restore").Succeeds().Count(Compiled));

        project.Write("calibration.npz", Networks.Data(64, labelled: false, seed: 2));
        Assert.Equal(1, project.Build("--no-restore").Succeeds().Count(Compiled));

        project.Write("mlp.onnx", Networks.Perceptron(seed: 2));
        Assert.Equal(1, project.Build("--no-restore").Succeeds().Count(Compiled));

        project.Write("mlp.onnx", Networks.Perceptron()).Write("calibration.npz", Networks.Data(64, labelled: false));
        CommandResult known = project.Build("--no-restore", "-p:CimWeightBits=2").Succeeds();
        Assert.Equal((0, 1), (known.Count(Compiled), known.Count(FromCache)));

        Assert.Equal(1, project.Build("--no-restore", "-p:CimForceEvaluate=true").Succeeds().Count(Compiled));
        CommandResult trained = project.Write("training.npz", Networks.Data(256, labelled: true))
            .Build("--no-restore", "-p:CimTraining=training.npz", "-p:CimEpochs=2", "-v:n").Succeeds();
        Assert.Equal(1, trained.Count(Compiled));
        Assert.Contains("epoch 2/2", trained.Output, StringComparison.Ordinal);
        Assert.Contains("4 scores", project.Run().Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Clean_removes_everything_the_build_made()
    {
        TemporaryProject project = Perceptron("");
        project.Build().Succeeds();
        Assert.NotEmpty(project.Files("obj/Debug/net10.0/cim"));
        project.Dotnet("clean", "--nologo", "-v", "q").Succeeds();
        Assert.False(Directory.Exists(project["obj/Debug/net10.0/cim"]));
        Assert.Empty(project.Files("bin"));
    }

    [Fact]
    public void A_design_time_build_before_the_first_build_has_the_types_and_does_not_compile_the_model()
    {
        TemporaryProject project = Perceptron("");
        project.Dotnet("restore", "--nologo").Succeeds();

        CommandResult design = project.Dotnet("msbuild", "-nologo", "-t:Compile", "-p:DesignTimeBuild=true", "-p:BuildingProject=false",
            "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true", "-getItem:CscCommandLineArgs").Succeeds();
        Assert.Contains("mlp.cimsig", design.Output, StringComparison.Ordinal);
        Assert.Contains("Cim.Generators.dll", design.Output, StringComparison.Ordinal);
        Assert.Equal(["mlp.cimsig"], project.Files("obj/Debug/net10.0/cim"));
        Assert.Empty(project.CacheFiles());
        string config = File.ReadAllText(project["obj/Debug/net10.0/App.GeneratedMSBuildEditorConfig.editorconfig"]);
        Assert.Contains("build_metadata.AdditionalFiles.CimResource = Cim/mlp.cim", config, StringComparison.Ordinal);

        // The C# compiler with what the design-time build prepared: the program above uses the types.
        project.Build("--no-restore", "-p:CimSkip=true").Succeeds();
        Assert.Contains("CIM4001", project.Run().Output, StringComparison.Ordinal);
        Assert.Empty(project.CacheFiles());
    }

    [Fact]
    public async Task Two_projects_at_once_compile_a_model_once()
    {
        TemporaryProject a = Perceptron(""), b = a.Beside("Other");
        b.Write("mlp.onnx", Networks.Perceptron())
            .Write("Program.cs", Program.Replace("using App;", "using Other;", StringComparison.Ordinal))
            .WithItems("""<CimModel Include="mlp.onnx" />""");
        CommandResult[] results = await Task.WhenAll(Task.Run(() => a.Build()), Task.Run(() => b.Build()));
        Assert.All(results, r => r.Succeeds());
        Assert.Equal(1, results.Sum(r => r.Compilations));
        Assert.Equal(File.ReadAllBytes(a["obj/Debug/net10.0/cim/mlp.cim"]), File.ReadAllBytes(b["obj/Debug/net10.0/cim/mlp.cim"]));
        Assert.Contains("4 scores", b.Dotnet("bin/Debug/net10.0/Other.dll").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_for_two_frameworks_compiles_its_model_once_also_through_a_reference()
    {
        TemporaryProject library = sdk.Project("Library");
        library.Write("mlp.onnx", Networks.Perceptron())
            .WithItems("""<CimModel Include="mlp.onnx" ClassName="Net" />""", "<TargetFrameworks>net8.0;net10.0</TargetFrameworks>");
        Assert.Equal((1, 1), Counts(library.Build().Succeeds()));
        Assert.Equal((0, 0), Counts(library.Build("--no-restore").Succeeds()));

        // The class comes with the library; the package's own targets and generator do nothing in the program.
        TemporaryProject app = library.Beside("User");
        app.Write("Program.cs", "Console.WriteLine(Library.Net.Load().Run(new float[12]).ClassScores.Length);")
            .Write("User.csproj", """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><ImplicitUsings>enable</ImplicitUsings>
                  </PropertyGroup>
                  <ItemGroup><ProjectReference Include="../Library/Library.csproj" /></ItemGroup>
                </Project>
                """);
        Assert.Equal((0, 0), Counts(app.Build().Succeeds()));
        Assert.Equal("4", app.Run().Succeeds().Output.Trim());

        static (int, int) Counts(CommandResult result) => (result.Count(Compiled), result.Count(FromCache));
    }

    [Fact]
    public void Class_name_namespace_fidelity_and_graph_names_arrive_in_the_program()
    {
        TemporaryProject project = sdk.Project().Write("two.onnx", Networks.TwoOutputs())
            .Write("Program.cs", """
                using Cim.Runtime;
                using Robots;
                using TwoEyes model = TwoEyes.Load();
                var two = new float[2 * TwoEyes.LeftEyeLength];
                two[0] = 1; two[7] = -1;
                TwoEyes.Outputs outputs = model.RunBatch(two, count: 2);
                var sum = new float[6]; var positive = new float[6];
                model.RunBatch(leftEye: two, sum, positive, count: 2);
                Console.WriteLine($"{TwoEyes.DefaultOptions.Fidelity} {TwoEyes.DefaultOptions.Seed} {TwoEyes.Info.Seed} {outputs.Count}");
                Console.WriteLine(outputs.Sum.SequenceEqual(sum) && outputs.SumPositive.SequenceEqual(positive));
                bool same = true;
                for (int i = 0; i < 6; i++) same &= Math.Max(0, sum[i]) == positive[i];
                Console.WriteLine(same && sum.AsSpan().ContainsAnyExcept(0f));
                try { model.Run(new float[5]); } catch (CimException e) { Console.WriteLine(e.Code); }
                """)
            .WithItems("""<CimModel Include="two.onnx" ClassName="TwoEyes" Namespace="Robots" Fidelity="adc" Seed="7" />""");
        project.Build().Succeeds();
        Assert.Equal(["Adc 7 7 2", "True", "True", "CIM4002"], project.Run().Succeeds().Output.Trim().Split('\n'));
    }

    [Fact]
    public void A_model_exported_for_a_fixed_batch_takes_any_number_of_samples_or_that_batch_as_one()
    {
        TemporaryProject project = sdk.Project().Write("free.onnx", Networks.FixedBatch(8, mixes: false))
            .Write("whole.onnx", Networks.FixedBatch(8, mixes: true))
            .Write("Program.cs", """
                using App;
                using var free = Free.Load();
                using var whole = Whole.Load();
                int one = free.Run(new float[4]).Y.Length, three = free.RunBatch(new float[12], 3).Y.Length;
                Console.WriteLine($"{Free.XLength} {Free.YLength} {one} {three}");
                int batch = whole.Run(new float[32]).Y.Length, two = whole.RunBatch(new float[64], 2).Y.Length;
                Console.WriteLine($"{Whole.XLength} {Whole.YLength} {batch} {two}");
                try { whole.RunBatch(new float[32], 8); }
                catch (Cim.Runtime.CimException e) { Console.WriteLine($"{e.Code} {e.Message.Contains("fixed batch of 8")}"); }
                """)
            .WithItems("""<CimModel Include="free.onnx" /><CimModel Include="whole.onnx" />""");
        project.Build().Succeeds();
        Assert.Equal(["4 2 2 6", "32 16 16 32", "CIM4002 True"], project.Run().Succeeds().Output.Trim().Split('\n'));
    }

    [Fact]
    public void Without_a_cache_folder_nothing_is_cached()
    {
        TemporaryProject project = Perceptron("");
        Assert.Equal(1, project.Build("-p:CimCacheDir=none").Succeeds().Count(Compiled));
        Assert.Empty(project.CacheFiles());
        Assert.Equal(
            [
                "inputs.list", "mlp.cim", "mlp.cimsig", "mlp.diagnostics.txt", "mlp.proj", "mlp.report/report.html",
                "mlp.report/report.json", "mlp.rsp",
            ],
            project.Files("obj/Debug/net10.0/cim"));
    }

    private TemporaryProject Perceptron(string metadata) => sdk.Project().Write("mlp.onnx", Networks.Perceptron())
        .Write("Program.cs", Program).WithItems($"""<CimModel Include="mlp.onnx" {metadata} />""");
}
