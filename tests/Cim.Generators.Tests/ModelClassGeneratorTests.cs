using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Cim.Generators.Tests;

public class ModelClassGeneratorTests
{
    [Fact]
    public void Class_of_a_network_with_one_input_and_one_output() =>
        Snapshot.Matches(Generated.Text(Generated.Fashion), "Fashion.g.cs");

    [Fact]
    public void Class_of_a_network_with_several_inputs_and_outputs_and_every_option() =>
        Snapshot.Matches(Generated.Text(
            "cimsig 1\nmodel two.onnx\ninput float ?,3,?,? left eye\ninput int64 - ids\noutput float16 ?,10 class\noutput float scalar "
                + "class\nexternal two.bin\n",
            ("CimClassName", "TwoEyes"), ("CimNamespace", "Robots.Vision"), ("CimFidelity", "device"), ("CimSeed", "42")), "TwoEyes.g.cs");

    public static TheoryData<string> AwkwardSignatures() =>
    [
        Generated.Fashion,
        // Keywords, digits, duplicates after cleaning, names of members and of parameters.
        "cimsig 1\nmodel class.onnx\ninput float ?,4 class\ninput float ?,4 Class\ninput float ?,4 options\ninput float ?,4 count\ninput "
            + "float ?,4 cancellation\noutput float ?,2 out\noutput float ?,2 Out\noutput float ?,2 Count\noutput float ?,2 "
            + "Outputs\noutput float ?,2 ToString\n",
        "cimsig 1\nmodel model.onnx\ninput float ?,4 Model\noutput float ?,2 Info\n",
        "cimsig 1\nmodel Run.onnx\ninput float ?,4 run\noutput float ?,2 Load\n",
        "cimsig 1\nmodel 3.onnx\ninput float 1,4 1\ninput float 1,4 2\noutput float 1,2 1\n",
        "cimsig 1\nmodel <x>&\"y\".onnx\ninput float ?,4 a<b>&\"c\"\\%0A%00\noutput float ?,2 */ x\n",
        "cimsig 1\nmodel none.onnx\noutput float 2,3 constant\n",
        "cimsig 1\nmodel fixed.onnx\ninput float 8,4 x\noutput float 8,2 y\n",
        "cimsig 1\nmodel scalar.onnx\ninput float ?,4 x\ninput float scalar threshold\noutput float ?,2 y\noutput int64 5 best\n",
        "cimsig 1\nmodel u.onnx\ninput float - x\noutput float ?,?,5 y\n",
        "cimsig 1\nmodel sizes.onnx\ninput float ?,16,4 x\ninput int64 ?,16 mask\noutput float ?,16,2 y\nsizes sequence=16, 64\n",
        "cimsig 1\nmodel out.onnx\ninput float ?,9 __output0\noutput float ?,5 __output0\n",
    ];

    [Fact]
    public void A_class_of_several_sizes_takes_the_plan_that_its_inputs_ask_for()
    {
        string text = Generated.Text(
            "cimsig 1\nmodel net.onnx\ninput float ?,16,4 x\ninput int64 ?,16 mask\noutput float ?,16,2 y\nsizes sequence=16, 64\n");
        Assert.Contains(
            "int __plan = Model.PlanOf(stackalloc int[] { x.Length, mask.Length }, count);", text, StringComparison.Ordinal);
        Assert.Contains("new float[Model.OutputLength(0, count, __plan)]", text, StringComparison.Ordinal);
        Assert.Contains("global::System.Collections.Generic.IReadOnlyList<int> XLengths =>", text, StringComparison.Ordinal);
        Assert.Contains("Compiled for the sizes sequence=16, 64, all on the same arrays", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AwkwardSignatures))]
    public void Generated_code_compiles_without_a_warning(string signature) =>
        Assert.Empty(Generated.Compile("", out _, Generated.Signature(signature)));

    [Fact]
    public void Generated_code_compiles_in_the_global_namespace_and_beside_a_namespace_called_Cim()
    {
        SignatureText signature = Generated.Signature(Generated.Fashion, ("CimNamespace", "Acme.Cim.System"));
        Assert.Empty(Generated.Compile("namespace Acme.Cim.System { internal class Runtime; }", out _, signature));
    }

    [Fact]
    public void Lengths_are_those_of_the_compiled_model_whatever_batch_the_file_fixes()
    {
        string text = Generated.Text("cimsig 1\nmodel net.onnx\ninput float 8,4 x\noutput float 8,2 y\n");
        Assert.Contains("public static int XLength => Info.Inputs[0].SampleLength;", text, StringComparison.Ordinal);
        Assert.Contains("public static int YLength => Info.Outputs[0].SampleLength;", text, StringComparison.Ordinal);
        Assert.Contains("new float[Model.OutputLength(0, count)]", text, StringComparison.Ordinal);
        Assert.Contains("exported for 8 at once", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("int64", "long")]
    [InlineData("int32", "int")]
    [InlineData("uint8", "byte")]
    [InlineData("int8", "sbyte")]
    [InlineData("bool", "bool")]
    [InlineData("float16", "float")]
    public void Outputs_have_the_type_of_the_graph(string elementType, string type)
    {
        string signature = $"cimsig 1\nmodel net.onnx\ninput float ?,4 x\noutput {elementType} ? label\n";
        string source = $$"""
            namespace Demo;
            internal static class User { internal static {{type}} First(Net net, float[] x) => net.Run(x).Label[0]; }
            """;
        Assert.Empty(Generated.Compile(source, out _, Generated.Signature(signature)));
        Assert.Contains($"public global::System.ReadOnlySpan<{type}> Label", Generated.Text(signature), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("int64", "long")]
    [InlineData("bool", "bool")]
    [InlineData("uint8", "byte")]
    public void Inputs_have_the_type_of_the_graph_and_bytes_of_real_ones_are_raw(string elementType, string type)
    {
        string signature = $"cimsig 1\nmodel net.onnx\ninput {elementType} ?,4 ids\n"
            + $"input float ?,3,8,8 image\noutput {elementType} ? label\n";
        string source = $$"""
            namespace Demo;
            internal static class User
            {
                internal static {{type}} Floats(Net net, {{type}}[] ids, float[] image) => net.Run(ids, image).Label[0];
                internal static {{type}} Bytes(Net net, {{type}}[] ids, byte[] image) => net.RunBatch(ids, image, 3)[2].Label[0];
                internal static void Into(Net net, {{type}}[] ids, byte[] image, System.Span<{{type}}> label) => net.Run(ids, image, label);
            }
            """;
        Assert.Empty(Generated.Compile(source, out _, Generated.Signature(signature)));
    }

    [Fact]
    public void A_network_without_real_inputs_has_no_methods_for_raw_bytes() =>
        Assert.DoesNotContain("raw", Generated.Text("cimsig 1\nmodel net.onnx\ninput int64 ?,4 ids\noutput float ?,2 scores\n"),
            StringComparison.Ordinal);

    [Fact]
    public void Scores_have_their_best_classes_with_names()
    {
        const string Source = """
            namespace Demo;
            internal static class User
            {
                internal static string? Name(byte[] image) => Fashion.Shared.Run(image).Top(3)[0].Label;
                internal static string Names(float[] images) => string.Join(", ", Fashion.Shared.RunBatch(images, 2)[1].Top(3));
            }
            """;
        Assert.Empty(Generated.Compile(Source, out _, Generated.Signature(Generated.Fashion)));
    }

    [Fact]
    public void Of_several_vectors_of_scores_each_has_a_method_of_its_own()
    {
        const string Source = """
            namespace Demo;
            internal static class User
            {
                internal static int Both(Song.Outputs song) => song.TopMood(1)[0].Index + song[0].TopGenre(1)[0].Index;
            }
            """;
        Assert.Empty(Generated.Compile(Source, out _, Generated.Signature(
            "cimsig 1\nmodel song.onnx\ninput float ?,40 sound\noutput float ?,3 mood\n"
            + "output float 1,8,1,1 genre\noutput float ?,2,2 map\n")));
    }

    [Theory]
    [InlineData("int64 ?,10")]
    [InlineData("float ?,?")]
    [InlineData("float ?,10,10")]
    [InlineData("float ?,1")]
    [InlineData("float 8,10")]
    [InlineData("float -")]
    public void An_output_that_is_no_vector_of_scores_has_no_best_classes(string output) =>
        Assert.DoesNotContain("Top(", Generated.Text($"cimsig 1\nmodel net.onnx\ninput float ?,4 x\noutput {output} y\n"),
            StringComparison.Ordinal);

    [Fact]
    public void An_output_whose_batch_is_not_in_front_has_no_span_of_one_sample()
    {
        string text = Generated.Text("cimsig 1\nmodel net.onnx\ninput float ?,4 x\noutput float 5,?,3 steps\n");
        Assert.Contains("ReadOnlySpan<float> Steps => __output0;", text, StringComparison.Ordinal);
        Assert.DoesNotContain("all.Slice", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_class_says_what_it_does_to_raw_data_and_what_its_classes_are()
    {
        string text = Generated.Text(
            "cimsig 1\nmodel net.onnx\ninput float ?,3,8,8 image\noutput float ?,2 scores\nscale 1/255\nmean 0.5,0.4,0.3\nstd 0.2\n"
            + "label T-shirt\nlabel 100%25 wool <b>\n");
        Assert.Contains("<c>(x * 1/255 - [0.5,0.4,0.3]) / 0.2</c>", text, StringComparison.Ordinal);
        Assert.Contains("The 2 classes: T-shirt, 100% wool &lt;b&gt;.", text, StringComparison.Ordinal);
        Assert.Contains("each with its label", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_public_type_says_that_nobody_wrote_it()
    {
        string text = Generated.Text(Generated.Fashion);
        Assert.Equal(3, text.Split("[global::System.CodeDom.Compiler.GeneratedCode(\"Cim.Sdk\"").Length - 1);
    }

    [Fact]
    public void Users_can_add_to_the_class()
    {
        const string Source = """
            namespace Demo;
            public partial class Fashion { internal int Best(System.ReadOnlySpan<float> image) => Run(image).Scores.Length + ImageLength; }
            """;
        Assert.Empty(Generated.Compile(Source, out _, Generated.Signature(Generated.Fashion)));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("cimsig 9\n", "instead of 'cimsig 1'")]
    [InlineData("cimsig 1\nmodel m.onnx\n", "names no output")]
    [InlineData("cimsig 1\nmodel m.onnx\noutput float\n", "line 3 is not 'output TYPE SHAPE NAME'")]
    [InlineData("cimsig 1\nmodel m.onnx\noutput float 0,x y\n", "line 3 is not")]
    [InlineData("cimsig 1\nwhat is this\n", "unknown keyword 'what'")]
    public void A_damaged_signature_is_one_clear_error(string signature, string part)
    {
        GeneratorDriverRunResult result = Generated.Driver(Generated.Signature(signature)).RunGenerators(Generated.Compilation())
            .GetRunResult();
        Diagnostic error = Assert.Single(result.Diagnostics);
        Assert.Equal("CIM1007", error.Id);
        Assert.Equal(DiagnosticSeverity.Error, error.Severity);
        Assert.Contains(part, error.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Empty(result.GeneratedTrees);
    }

    [Fact]
    public void Without_models_the_generator_is_silent()
    {
        GeneratorDriverRunResult result = Generated.Driver().RunGenerators(Generated.Compilation()).GetRunResult();
        Assert.Empty(result.GeneratedTrees);
        Assert.Empty(result.Diagnostics);
    }

    [Fact]
    public void Additional_files_of_others_are_left_alone()
    {
        var other = new SignatureText("hello", [("CimResource", "")], "/notes.cimsig");
        Assert.Empty(Generated.Driver(other).RunGenerators(Generated.Compilation()).GetRunResult().Diagnostics);
    }
}
