"""Installs the packages and the command; Beam's ``--setup_file`` takes this file too."""

from pathlib import Path

from setuptools import find_packages, setup

setup(
    name="earwitness",
    version="0.1.0",
    description="Turns large corpora of audio into tables, on Apache Beam",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=find_packages(include=["schemas*", "transforms*", "pipelines*", "demo*"], exclude=["demo.train*"]),
    package_data={
        "schemas": ["py.typed"],
        "pipelines.report": ["pages/*"],
        "demo": ["corpus.md", "corpus/*", "corpus/*/*", "models/*/*"],
    },
    install_requires=[
        "apache-beam>=2.77",
        "av>=18",
        "duckdb>=2.0",
        "great-expectations>=1.24",
        "jiwer>=4",
        "jinja2>=3.1",
        "librosa>=0.11",
        "numpy>=2",
        "pandas>=3",
        "pillow>=12",
        "plotly>=7",
        "pyarrow>=25",
        "pyloudnorm>=0.2",
        "pyyaml>=6",
        "rich>=14",
        "safetensors>=0.8",
        "scikit-learn>=1.7",
        "scipy>=1.16",
        "silero-vad>=6.2",
        "soundfile>=0.14",
        "soxr>=1.1",
        "threadpoolctl>=3.6",
        "tokenizers>=0.22",
        "torch>=2.13",
        "transformers>=5.23,<6",
    ],
    extras_require={
        "openvino": ["openvino>=2026.4"],
        "test": [
            "build",
            "hypothesis>=6",
            "mypy>=2",
            "pandas-stubs",
            "playwright>=1.65",
            "polars>=2",
            "pytest>=9",
            "pytest-xdist>=3.8",
            "ruff>=0.17",
            "types-PyYAML",
        ],
    },
    entry_points={"console_scripts": ["earwitness=pipelines.cli:command"]},
)
